// Command bench measures what the README says about speed, with the real Terraform, the built provider and a portal
// that is served: make bench. It prints Markdown on stdout and what it is doing on stderr. Times are worth comparing
// within one run only.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bench is one run with what was asked of it.
type bench struct {
	parts     []part
	users     []int
	latencies []time.Duration
	rate      int // requests a second in the limited runs
	runs      int // of each measured plan; the median counts
	one       int // users of the parts that have one size
	stored    int // users in the part portal
	measured  int // requests of a kind in the part portal
	clients   int // in the part portal
	postgres  string
	terraform string
	provider  string // the built provider
	dir       string // everything that is made is below it
	out       io.Writer
}

// part is something that is measured.
type part struct {
	name    string
	measure func(*bench, context.Context) error
}

// parts are all there are, in the order in which they run by default.
var parts = []part{
	{"plan", (*bench).measurePlans},
	{"single", (*bench).measureSingleReads},
	{"apply", (*bench).measureApply},
	{"portal", (*bench).measurePortal},
	{"shapes", (*bench).measureShapes},
}

// partsNamed returns the parts of a list of names with commas in between.
func partsNamed(names string) ([]part, error) {
	return list(names, func(name string) (part, error) {
		at := slices.IndexFunc(parts, func(p part) bool { return p.name == name })
		if at < 0 {
			return part{}, fmt.Errorf("there is no part %q; there are %s", name, namesOfParts())
		}
		return parts[at], nil
	})
}

func namesOfParts() string {
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	return strings.Join(names, ",")
}

func main() {
	if meter := meterOf(os.Args[0]); meter != nil {
		os.Exit(meter(os.Args[1:]))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) (err error) {
	b := bench{out: out}
	flag := flag.NewFlagSet("bench", flag.ContinueOnError)
	chosen := flag.String("parts", namesOfParts(), "what to measure")
	users := flag.String("users", "100,1000,5000", "sizes of the no-change plans")
	latencies := flag.String("latencies", "0s,25ms,100ms", "how long the portal takes to answer")
	flag.IntVar(&b.rate, "rate", 10, "requests a second in the limited runs")
	flag.IntVar(&b.runs, "runs", 3, "how often a plan of up to 1,000 users is measured; the median counts")
	flag.IntVar(&b.one, "one", 1000, "users of the parts apply and shapes")
	flag.IntVar(&b.stored, "stored", 100_000, "users stored in the part portal")
	flag.IntVar(&b.measured, "measured", 2000, "requests of a kind in the part portal")
	flag.IntVar(&b.clients, "clients", 50, "clients at once in the part portal")
	flag.StringVar(&b.postgres, "postgres", "", "postgres:// URL of an empty database for the part portal, as somebody who may CHECKPOINT (default: a private server)")
	if err := flag.Parse(args); err != nil {
		return err
	}
	if b.parts, err = partsNamed(*chosen); err != nil {
		return fmt.Errorf("-parts: %w", err)
	}
	if b.users, err = list(*users, strconv.Atoi); err != nil {
		return fmt.Errorf("-users: %w", err)
	}
	if b.latencies, err = list(*latencies, time.ParseDuration); err != nil {
		return fmt.Errorf("-latencies: %w", err)
	}
	if b.dir, err = os.MkdirTemp("", "switchboard bench"); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(b.dir)) }()
	if err := b.build(ctx); err != nil {
		return err
	}
	if err := b.describe(ctx); err != nil {
		return err
	}
	for _, part := range b.parts {
		if err := part.measure(&b, ctx); err != nil {
			return fmt.Errorf("%s: %w", part.name, err)
		}
	}
	return nil
}

// usual is the latency of what is measured at one only: the second that was asked for, if there are several.
func (b *bench) usual() time.Duration { return b.latencies[min(1, len(b.latencies)-1)] }

func list[T any](text string, parse func(string) (T, error)) ([]T, error) {
	var all []T
	for part := range strings.SplitSeq(text, ",") {
		value, err := parse(part)
		if err != nil {
			return nil, err
		}
		all = append(all, value)
	}
	return all, nil
}

// progress tells whoever waits what is going on.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format(time.TimeOnly)+" "+format+"\n", args...)
}
