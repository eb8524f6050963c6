package portal_test

import (
	"testing"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.8.9.1": true, "::1": true,
		"": false, "127.evil.example": false, "127.0.0.1.example.com": false, "localhost.example.com": false, "10.0.0.1": false, "::": false, "0.0.0.0": false,
	} {
		if got := portal.IsLoopback(host); got != want {
			t.Errorf("%q is this machine: %v, want %v", host, got, want)
		}
	}
}
