// A stand-in for the twin's services, as small as the two guest agents accept: each VM is told to leave a mark.
package main

import (
	"log"
	"net"
	"net/http"
	"strings"
)

const script = "#!/bin/sh\ndate +%s%N >>/root/booted\n"

// aws has the leaves of the instance metadata that cloud-init asks for.
var aws = map[string]string{
	"meta-data/":               "ami-id\ninstance-id\nlocal-hostname\nnetwork/",
	"meta-data/ami-id":         "ami-0123456789abcdef0",
	"meta-data/instance-id":    "i-0123456789abcdef0",
	"meta-data/local-hostname": "ip-10-0-0-5",
	"user-data":                script,

	"meta-data/network/":                                                "interfaces/",
	"meta-data/network/interfaces/":                                     "macs/",
	"meta-data/network/interfaces/macs/":                                "02:00:00:00:00:05/",
	"meta-data/network/interfaces/macs/02:00:00:00:00:05/":              "device-number",
	"meta-data/network/interfaces/macs/02:00:00:00:00:05/device-number": "0",
	"dynamic/instance-identity":                                         "document",
	"dynamic/instance-identity/document":                                `{"region": "us-east-1"}`,
}

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /latest/api/token", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-aws-ec2-metadata-token-ttl-seconds", "21600")
		w.Write([]byte("token"))
	})
	mux.HandleFunc("GET /computeMetadata/v1/instance/attributes/startup-script", func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(script))
	})
	mux.HandleFunc("GET /{version}/{path...}", func(w http.ResponseWriter, r *http.Request) {
		text, ok := aws[r.PathValue("path")]
		switch {
		case r.Header.Get("X-aws-ec2-metadata-token") == "":
			http.Error(w, "no token", http.StatusUnauthorized)
		case !ok || strings.Contains(r.PathValue("version"), "computeMetadata"):
			http.NotFound(w, r)
		default:
			w.Write([]byte(text))
		}
	})
	for _, address := range []string{":443", ":8443", ":8081"} {
		l, err := net.Listen("tcp", address)
		if err != nil {
			log.Fatal(err)
		}
		go http.Serve(l, mux)
	}
	log.Fatal(http.ListenAndServe("169.254.169.254:80", mux))
}
