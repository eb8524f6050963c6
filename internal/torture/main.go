// Command torture applies, changes and destroys a configuration of many users with the real Terraform while everything
// between provider and portal goes wrong that can, and while Terraform, provider and portal are killed. In the end it
// asks the portal itself: everybody has to be there exactly once, as configured, and in the state, and no secret
// anywhere. It ends with 1 unless that is so.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// settings are what the flags say.
type settings struct {
	seed   uint64
	users  int
	share  float64
	kinds  []string
	during time.Duration // rounds begin for so long, and there is one of each kind at least
	often  int           // how often each stage is interrupted
	keep   bool          // whether the folder stays
}

func main() {
	var s settings
	var kinds string
	flag.Uint64Var(&s.seed, "seed", rand.Uint64N(1_000_000), "what goes wrong follows from it; by default another one each time")
	flag.IntVar(&s.users, "users", 200, "how many users there are")
	flag.Float64Var(&s.share, "share", 0.2, "the share of the requests that is spoilt, from 0 to 1")
	flag.StringVar(&kinds, "faults", "", "the kinds of faults, with commas in between (default: all)")
	flag.DurationVar(&s.during, "for", 4*time.Minute, "how long rounds begin")
	flag.IntVar(&s.often, "interruptions", 4, "how often each stage is interrupted, in one way after the other")
	flag.BoolVar(&s.keep, "keep", false, "keep the folder with state and logs, and say where it is")
	flag.Parse()
	if kinds != "" {
		s.kinds = strings.Split(kinds, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	good, err := torture(ctx, s, os.Stdout)
	stop()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(2)
	case !good:
		os.Exit(1)
	}
}

// kindsOfRounds are a storm, interruptions after which adopt_existing takes up what was left, and interruptions after
// which import blocks do.
const kindsOfRounds = 3

// torture runs rounds and reports whether everything was as it should be in the end.
func torture(ctx context.Context, s settings, w io.Writer) (bool, error) {
	dir, err := os.MkdirTemp("", "torture")
	if err != nil {
		return false, err
	}
	if s.keep {
		fmt.Fprintln(w, "the folder is", dir)
	} else {
		defer os.RemoveAll(dir)
	}
	fmt.Fprintf(w, "seed %d: %d users, %.0f %% of the requests spoilt; again with -seed=%[1]d -users=%[2]d -share=%[4]v -faults=%[5]q -interruptions=%[6]d\n\n",
		s.seed, s.users, 100*s.share, s.share, strings.Join(s.kinds, ","), s.often)
	programs, folder := dir+"/bin", dir+"/a team"
	for _, name := range []string{programs, folder} {
		if err := os.Mkdir(name, 0o700); err != nil {
			return false, err
		}
	}
	binary, err := build(ctx, programs)
	if err != nil {
		return false, err
	}
	b, err := newBench(ctx, folder, binary, people(s.users))
	if err != nil {
		return false, err
	}
	defer b.close()
	var results []result
	report := func(r result) {
		results = append(results, r)
		fmt.Fprintf(w, "%s: %d applies, %d requests, injected: %s\n", r.what, r.applies, r.requests, counts(r.injected))
	}
	for round, end := uint64(0), time.Now().Add(s.during); round < kindsOfRounds || time.Now().Before(end); round++ {
		switch round % kindsOfRounds {
		case 0:
			err = b.stormRound(ctx, s.seed+round<<8, s.share, s.kinds, report)
		case 1:
			err = b.interruptedRound(ctx, s.seed+round<<8, s.often, report)
		default:
			b.byHand = true
			err = b.interruptedRound(ctx, s.seed+round<<8, s.often, report)
			b.byHand = false
		}
		if err != nil {
			return false, err
		}
	}
	fmt.Fprintln(w)
	printTable(w, results)
	good := true
	for _, r := range results {
		good = good && r.verdict.isGood()
	}
	return good, nil
}
