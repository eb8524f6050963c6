package provider

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/keys"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/pwned"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/server"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/service"
	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/store"
)

// embeddedEndpoint is what requests to the embedded portal are addressed to. Nothing resolves it: they never leave the
// process.
const embeddedEndpoint = "http://localhost"

// startEmbeddedPortal opens the portal on a SQLite file and returns the way to it. It lives as long as the process;
// SQLite keeps every acknowledged write however that ends.
func startEmbeddedPortal(ctx context.Context, model embeddedPortalModel) (http.RoundTripper, error) {
	file, err := service.ReadOrganizationFile(model.OrganizationFile.ValueString())
	if err != nil {
		return nil, err
	}
	known, err := pwned.Open(model.PwnedPasswordsURL.ValueString(), model.PwnedPasswordsFile.ValueString())
	if err != nil {
		return nil, err
	}
	database := model.Database.ValueString()
	if store.IsURL(database) {
		return nil, fmt.Errorf("embedded_portal has the database %s; the portal inside the provider works on a SQLite file. Give a path, or serve a portal on this database "+
			"with \"portal serve\" and give the provider its endpoint", store.Name(database))
	}
	db, err := store.Open(ctx, database)
	if err != nil {
		return nil, fmt.Errorf("opening the database %w", err) // which names the database
	}
	const operator = "embedded portal"
	svc := service.New(db, service.Options{Operator: operator, Pwned: known})
	if err := svc.UseKeyFile(ctx, keys.Beside(database)); err != nil { // which only second factors need, and this portal has no pages
		tflog.Warn(ctx, "the embedded portal works without its key file: it enrols and checks no second factor", map[string]any{"error": err.Error()})
	}
	if _, err := svc.ApplyOrganization(ctx, file); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	caller := service.Caller{
		OrganizationID: file.Organization.ID, TokenID: "embedded", Scopes: portal.Scopes(),
		Actor: portal.Actor{Kind: portal.ActorOperator, Name: operator},
	}
	return inProcess{server.New(svc, slog.New(slog.DiscardHandler)).ActingAs(caller)}, nil
}

// inProcess carries requests to a handler in this process.
type inProcess struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (t inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	incoming := req.Clone(req.Context())
	incoming.RequestURI = req.URL.RequestURI()
	incoming.RemoteAddr = "127.0.0.1:0"
	if incoming.Body == nil {
		incoming.Body = http.NoBody
	}
	defer incoming.Body.Close()
	answer := &recordedAnswer{header: http.Header{}}
	t.handler.ServeHTTP(answer, incoming)
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	answer.WriteHeader(http.StatusOK) // for a handler that wrote nothing
	return &http.Response{
		Status:        fmt.Sprintf("%d %s", answer.status, http.StatusText(answer.status)),
		StatusCode:    answer.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        answer.header,
		Body:          io.NopCloser(&answer.body),
		ContentLength: int64(answer.body.Len()),
		Request:       req,
	}, nil
}

// recordedAnswer keeps what a handler writes.
type recordedAnswer struct {
	status int
	header http.Header
	body   bytes.Buffer
}

func (a *recordedAnswer) Header() http.Header { return a.header }

func (a *recordedAnswer) Write(p []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(p)
}

func (a *recordedAnswer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}
