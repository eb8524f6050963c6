// Package pwned looks passwords up in the Have I Been Pwned corpus of those that are known from breaches: by its range
// API, or in a copy of it on this machine. Either is asked for the first five hexadecimal digits of a SHA-1 only, so no
// password and no whole hash ever leaves (TC-06).
package pwned

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal"
)

// DefaultURL is the address of the public API (https://haveibeenpwned.com/API/v3#PwnedPasswords), which asks for no
// key.
const DefaultURL = "https://api.pwnedpasswords.com"

// Limits of the API client.
const (
	timeout   = 5 * time.Second
	maxAnswer = 1 << 20 // bytes; a padded answer has about 40 KiB
	maxCached = 256     // answers, which is at most some 10 MiB
	cacheAge  = 24 * time.Hour
)

// API asks the range API. It is safe for concurrent use and keeps the latest answers for a day.
type API struct {
	base   string
	client *http.Client
	now    func() time.Time

	mutex  sync.Mutex
	cached map[string]cachedRange
	order  []string // of the cached prefixes, the oldest first
}

type cachedRange struct {
	suffixes []string
	at       time.Time
}

// NewAPI returns a client of the API at an address: https, or http to this machine. It does not connect.
func NewAPI(base string) (*API, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return nil, fmt.Errorf("address of the pwned passwords API %q: give a URL such as %s", base, DefaultURL)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !portal.IsLoopback(u.Hostname())) {
		return nil, fmt.Errorf("address of the pwned passwords API %q: use https, so that nobody on the way can change the answer (http is for this machine only)", base)
	}
	return &API{
		base: strings.TrimRight(base, "/"), client: &http.Client{Timeout: timeout}, now: time.Now, cached: map[string]cachedRange{},
	}, nil
}

// Range returns the rest of the SHA-1 of every known password whose SHA-1 starts with the prefix of five hexadecimal
// digits, in upper case.
func (a *API) Range(ctx context.Context, prefix string) ([]string, error) {
	if suffixes, ok := a.known(prefix); ok {
		return suffixes, nil
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.base+"/range/"+prefix, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Add-Padding", "true") // so that the length of the answer does not tell which range was asked for
	request.Header.Set("User-Agent", "terraform-provider-switchboard")
	response, err := a.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("the pwned passwords API does not answer: %w", err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the pwned passwords API answers with %s", response.Status)
	}
	suffixes, err := parse(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("the pwned passwords API: %w", err)
	}
	a.keep(prefix, suffixes)
	return suffixes, nil
}

func (a *API) known(prefix string) ([]string, bool) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	found, ok := a.cached[prefix]
	return found.suffixes, ok && a.now().Sub(found.at) < cacheAge
}

func (a *API) keep(prefix string, suffixes []string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if _, ok := a.cached[prefix]; !ok {
		a.order = append(a.order, prefix)
	}
	a.cached[prefix] = cachedRange{suffixes, a.now()}
	if len(a.order) > maxCached {
		delete(a.cached, a.order[0])
		a.order = a.order[1:]
	}
}

// suffixLength is what of a SHA-1 in hexadecimal is left without the prefix.
const suffixLength = 35

// parse reads lines of SUFFIX:COUNT. Those that only pad have a count of 0.
func parse(r io.Reader) ([]string, error) {
	suffixes := []string{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		suffix, count, ok := strings.Cut(strings.TrimSpace(lines.Text()), ":")
		if !ok || len(suffix) != suffixLength || !isHex(suffix) {
			return nil, errors.New("an answer that is no list of hashes")
		}
		if count != "0" {
			suffixes = append(suffixes, strings.ToUpper(suffix))
		}
	}
	return suffixes, lines.Err()
}

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdefABCDEF") == "" }

// Open returns the look-up in the file, if one is named, or by the API at the address; an empty address is DefaultURL.
func Open(address, file string) (func(ctx context.Context, prefix string) ([]string, error), error) {
	if file != "" {
		if address != "" {
			return nil, errors.New("pwned passwords: both an address and a file are given; give one of them")
		}
		opened, err := OpenFile(file)
		if err != nil {
			return nil, err
		}
		return opened.Range, nil
	}
	api, err := NewAPI(cmp.Or(address, DefaultURL))
	if err != nil {
		return nil, err
	}
	return api.Range, nil
}
