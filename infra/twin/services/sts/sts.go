// Package sts is the one call of AWS's Security Token Service by which a host or an operator learns who they are.
package sts

import (
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"

	"crosscloud/infra/twin/services/awsauth"
)

// Server answers sts.REGION.amazonaws.com.
type Server struct {
	verifier *awsauth.Verifier
	account  string
	log      *slog.Logger
}

// New returns the service.
func New(verifier *awsauth.Verifier, account string, log *slog.Logger) *Server {
	return &Server{verifier: verifier, account: account, log: log}
}

type getCallerIdentityResponse struct {
	XMLName xml.Name `xml:"https://sts.amazonaws.com/doc/2011-06-15/ GetCallerIdentityResponse"`
	Result  struct {
		ARN     string `xml:"Arn"`
		UserID  string `xml:"UserId"`
		Account string
	} `xml:"GetCallerIdentityResult"`
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	caller, err := s.verifier.Verify(r, "sts")
	if err != nil {
		awsauth.WriteQuery(w, s.log, err)
		return
	}
	action, err := action(r)
	if err != nil {
		awsauth.WriteQuery(w, s.log, err)
		return
	}
	if action != "GetCallerIdentity" {
		awsauth.WriteQuery(w, s.log, &awsauth.Error{Code: awsauth.NotImplemented, Message: fmt.Sprintf("Could not find operation %s: the twin's STS has GetCallerIdentity.", action)})
		return
	}
	// AWS lets everyone ask, whatever their policies say.
	var out getCallerIdentityResponse
	out.Result.ARN, out.Result.UserID, out.Result.Account = caller.ARN, caller.UserID, s.account
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprint(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(out) // the client went away
}

// action is in the query of a GET and in the form of a POST, whatever type the client gave that.
func action(r *http.Request) (string, error) {
	if name := r.URL.Query().Get("Action"); name != "" {
		return name, nil
	}
	body, err := io.ReadAll(r.Body) // which the verifier bounded
	if err != nil {
		return "", err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return "", &awsauth.Error{Code: awsauth.InvalidRequest, Message: "The form does not parse."}
	}
	return form.Get("Action"), nil
}
