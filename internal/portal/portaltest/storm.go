package portaltest

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"sync"
)

// Storm spoils a share of the requests that pass through it. What happens to a request follows from a seed, from what
// the request says and from how often it has come, and from nothing else: neither the order in which requests arrive
// nor the ids that the portal draws count. So a failure that was seen with a seed is seen again with it.
type Storm struct {
	seed  uint64
	share float64
	kinds []string

	mu       sync.Mutex
	arrived  chan struct{} // closed when the next request comes
	attempts map[string]int
	names    map[string]string // what stands for an id that the portal drew
	requests int
	injected map[string]int
}

// weather draws a fault of one kind. next is closed when another request comes.
type weather func(random *rand.Rand, next <-chan struct{}) *Fault

// html is the page of a gateway. It looks like nothing that a portal says.
const html = "<html><head><title>Bad Gateway</title></head><body><center><h1>Bad Gateway</h1></center><hr><center>nginx</center></body></html>"

// kindsOfFault are the faults of a Storm by name. A gateway that answers in place of the portal may have passed the
// request on or not.
var kindsOfFault = map[string]weather{
	"drop":         func(*rand.Rand, <-chan struct{}) *Fault { return CloseBefore() },
	"drop answer":  func(*rand.Rand, <-chan struct{}) *Fault { return DropAnswer() },
	"hold":         func(*rand.Rand, <-chan struct{}) *Fault { return Hold() },
	"late":         func(*rand.Rand, <-chan struct{}) *Fault { return Late() },
	"delay":        func(_ *rand.Rand, next <-chan struct{}) *Fault { return Delay(next) },
	"reset":        func(*rand.Rand, <-chan struct{}) *Fault { return Reset() },
	"reset body":   func(*rand.Rand, <-chan struct{}) *Fault { return ResetInBody() },
	"duplicate":    func(random *rand.Rand, _ <-chan struct{}) *Fault { return Duplicate(random.IntN(2) == 1) },
	"truncate":     func(*rand.Rand, <-chan struct{}) *Fault { return Truncate() },
	"cut":          func(*rand.Rand, <-chan struct{}) *Fault { return Cut() },
	"429":          gateway(http.StatusTooManyRequests, "0", false),
	"429 and wait": gateway(http.StatusTooManyRequests, "1", false),
	"500":          gateway(http.StatusInternalServerError, "", true),
	"502":          gateway(http.StatusBadGateway, "", true),
	"503":          gateway(http.StatusServiceUnavailable, "0", false),
	"504":          gateway(http.StatusGatewayTimeout, "", true),
}

func gateway(status int, retryAfter string, mayPassOn bool) weather {
	header := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	if retryAfter != "" {
		header.Set("Retry-After", retryAfter)
	}
	answer := Answer(status, header, html)
	return func(random *rand.Rand, _ <-chan struct{}) *Fault {
		if mayPassOn && random.IntN(2) == 1 {
			return DoneBut(answer)
		}
		return answer
	}
}

// FaultKinds lists the kinds of faults that a Storm has, in alphabetical order.
func FaultKinds() []string { return slices.Sorted(maps.Keys(kindsOfFault)) }

// NewStorm spoils this share of the requests, from 0 to 1, each with one of the kinds of FaultKinds; without any, with
// one of all.
func NewStorm(seed uint64, share float64, kinds ...string) (*Storm, error) {
	for _, kind := range kinds {
		if kindsOfFault[kind] == nil {
			return nil, fmt.Errorf("there is no fault %q; there are %q", kind, FaultKinds())
		}
	}
	if len(kinds) == 0 {
		kinds = FaultKinds()
	}
	return &Storm{
		seed: seed, share: share, kinds: kinds,
		arrived: make(chan struct{}), attempts: map[string]int{}, names: map[string]string{}, injected: map[string]int{},
	}, nil
}

// Over puts the storm between client and portal.
func (s *Storm) Over(portal http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler) // the client is gone before it has said what it wants
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		said, fault := s.draw(r, body)
		known := s.naming(said, portal)
		if fault == nil {
			known.ServeHTTP(w, r)
			return
		}
		fault.serve(w, r, known)
	})
}

// Requests is how many requests have come, the spoilt ones too.
func (s *Storm) Requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

// Injected is how many requests were spoilt, by kind of fault.
func (s *Storm) Injected() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.injected)
}

// draw decides what happens to a request, nil for nothing, and returns what the request is recognised by.
func (s *Storm) draw(r *http.Request, body []byte) (string, *Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	close(s.arrived)
	s.arrived = make(chan struct{})
	said := s.print(r, body)
	s.attempts[said]++
	hash := fnv.New64a()
	fmt.Fprintf(hash, "%s\n%d", said, s.attempts[said])
	random := rand.New(rand.NewPCG(s.seed, hash.Sum64()))
	if random.Float64() >= s.share {
		return said, nil
	}
	kind := s.kinds[random.IntN(len(s.kinds))]
	s.injected[kind]++
	return said, kindsOfFault[kind](random, s.arrived)
}

// ids are those that a portal draws.
var ids = regexp.MustCompile(`\b[a-z]{3}_[0-9A-Za-z]{8,}\b`)

// print is what a request says, with names in place of ids: the same in every run that asks for the same.
func (s *Storm) print(r *http.Request, body []byte) string {
	text := r.Method + " " + r.URL.Path + "?" + r.URL.RawQuery + "\n" + r.Header.Get("If-Match") + "\n" + string(body)
	return ids.ReplaceAllStringFunc(text, func(id string) string { return cmp.Or(s.names[id], "(an id)") })
}

// naming passes requests on and gives names to the ids in the answers to creates.
func (s *Storm) naming(said string, portal http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			portal.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		portal.ServeHTTP(answer, r)
		var made struct {
			ID        string
			Subgroups []struct{ ID, Name string }
		}
		if err := json.Unmarshal(answer.Body.Bytes(), &made); err == nil && made.ID != "" {
			hash := fnv.New64a()
			_, _ = io.WriteString(hash, said) // never fails
			s.mu.Lock()
			s.names[made.ID] = fmt.Sprintf("(%x)", binary.BigEndian.AppendUint64(nil, hash.Sum64()))
			for _, subgroup := range made.Subgroups {
				s.names[subgroup.ID] = s.names[made.ID] + subgroup.Name
			}
			s.mu.Unlock()
		}
		give(w, answer, answer.Body.Len())
	})
}
