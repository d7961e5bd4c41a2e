package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"crosscloud/app/pgdev"
)

// checkListen refuses a port that another program has, or that would be another
// one at each start. What is no address the app refuses with a better message.
func checkListen(address string) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil
	}
	if n, err := strconv.Atoi(port); err == nil && n == 0 {
		return fmt.Errorf("LISTEN=%s: make dev needs a port that stays the same when the app starts again, such as LISTEN=127.0.0.1:8080", address)
	}
	listener, err := net.Listen("tcp", address)
	if err == nil {
		return listener.Close()
	}
	if !errors.Is(err, syscall.EADDRINUSE) {
		return nil
	}
	free, err := pgdev.FreePort()
	if err != nil {
		return err
	}
	return fmt.Errorf("LISTEN=%s: another program has this port; LISTEN=%s make dev takes a free one",
		address, net.JoinHostPort(host, strconv.Itoa(free)))
}

// siteURL is where a browser on this machine finds an app that listens there.
// Of the names for this machine it takes the one that browsers trust without
// TLS: the list's cookie is for trusted sites only.
func siteURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return "http://" + listen + "/" // the app refuses it with a better message
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port) + "/"
}
