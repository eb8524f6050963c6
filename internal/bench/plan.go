package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// describe prints on what and with what the figures were taken.
func (b *bench) describe(ctx context.Context) error {
	version, err := exec.CommandContext(ctx, b.terraform, "version").Output()
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(string(version), "\n")
	fmt.Fprintf(b.out, "%d CPUs, %s/%s, %s, %s.\n", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), first)
	return nil
}

// setting is the circumstances of one plan.
type setting struct {
	latency time.Duration
	rate    int
}

func (s setting) String() string {
	if s.rate > 0 {
		return fmt.Sprintf("%v, %d requests/s", s.latency, s.rate)
	}
	return s.latency.String()
}

// stand is N people, applied, in our resources and in built-in ones.
type stand struct {
	bench   *bench
	n       int
	portal  *portal
	ours    *workspace
	builtIn *workspace
}

// stand makes the people.
func (b *bench) stand(ctx context.Context, n int) (_ *stand, err error) {
	progress("making %d people", n)
	s := &stand{bench: b, n: n}
	name := fmt.Sprintf("portal %d", n)
	if s.portal, err = b.servePortal(ctx, name, "portal.db"); err != nil {
		return nil, err
	}
	if s.ours, err = b.crowded(ctx, fmt.Sprintf("ours %d", n), ours, modules, s.direct(), n, filepath.Join(b.dir, name, "portal.db")); err != nil {
		return nil, err
	}
	s.builtIn, err = b.crowded(ctx, fmt.Sprintf("built in %d", n), builtIn, modules, target{}, n, "")
	return s, err
}

// crowded makes a workspace whose state has n people. database is where they are to be stored, too; empty for nowhere.
func (b *bench) crowded(ctx context.Context, name string, k kind, s shape, to target, n int, database string) (*workspace, error) {
	w, err := b.newWorkspace(ctx, name, s.files(k, to, people(1)))
	if err != nil {
		return nil, err
	}
	if _, err := w.run(ctx, "apply", "-auto-approve"); err != nil {
		return nil, err
	}
	err = w.state.replace(func(state []byte) ([]byte, error) {
		first, err := crowdIn(state, k)
		if err != nil {
			return nil, err
		}
		if database != "" {
			if err := first.store(ctx, database, 1, n); err != nil {
				return nil, err
			}
		}
		return first.state(state, n)
	})
	if err != nil {
		return nil, err
	}
	if err := w.rewrite(s.files(k, to, people(n))); err != nil {
		return nil, err
	}
	_, err = w.run(ctx, "init") // there may be a module more for each person
	return w, err
}

func (s *stand) direct() target {
	return target{endpoint: s.portal.url.String(), token: s.portal.token}
}

func (s *stand) close() (usage, error) {
	used, err := s.portal.stop()
	return used, errors.Join(err, s.ours.close(), s.builtIn.close())
}

// plan measures no-change plans of the people in these circumstances and returns the median one, with the requests of
// one plan.
func (s *stand) plan(ctx context.Context, in setting, singly bool) (cost, map[string]int, error) {
	far := away(s.portal, in.latency)
	defer far.Close()
	to := target{endpoint: far.URL, token: s.portal.token, rate: in.rate, singly: singly}
	if err := s.ours.rewrite(modules.files(ours, to, people(s.n))); err != nil {
		return cost{}, nil, err
	}
	var requests map[string]int
	median, err := s.bench.median(s.n, func() (cost, error) {
		far.take()
		measured, err := s.ours.unchanged(ctx)
		requests = far.take()
		return measured, err
	})
	return median, requests, err
}

// median is the median run by its wall time.
func (b *bench) median(n int, measure func() (cost, error)) (cost, error) {
	runs := b.runs
	if n > 1000 {
		runs = 1
	}
	var all []cost
	for range runs {
		measured, err := measure()
		if err != nil {
			return cost{}, err
		}
		all = append(all, measured)
	}
	slices.SortFunc(all, func(x, y cost) int { return cmp.Compare(x.wall, y.wall) })
	return all[len(all)/2], nil
}

// measurePlans is what a plan that finds nothing to do costs, against Terraform itself.
func (b *bench) measurePlans(ctx context.Context) error {
	fmt.Fprintf(b.out, "\n### A plan that finds nothing to do\n\nEach person is a user, a SIP account and a permission group.\n\n")
	fmt.Fprintln(b.out, "| people | latency of the portal | requests: users, SIP accounts, groups, other | wall time | `terraform_data` | ratio | CPU: provider | Terraform | Terraform with `terraform_data` | provider's memory |")
	fmt.Fprintln(b.out, "| ---: | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")
	for _, n := range b.users {
		if err := b.plansOf(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) plansOf(ctx context.Context, n int) (err error) {
	s, err := b.stand(ctx, n)
	if err != nil {
		return err
	}
	defer func() {
		used, closed := s.close()
		progress("the portal of %d people took at most %s", n, megabytes(used.Memory))
		err = errors.Join(err, closed)
	}()
	var settings []setting
	for _, latency := range b.latencies {
		settings = append(settings, setting{latency: latency})
	}
	settings = append(settings, setting{latency: b.usual(), rate: b.rate})
	for _, in := range settings {
		progress("plan of %d people at %v", n, in)
		baseline, err := b.median(n, func() (cost, error) { return s.builtIn.unchanged(ctx) })
		if err != nil {
			return err
		}
		measured, requests, err := s.plan(ctx, in, false)
		if err != nil {
			return err
		}
		fmt.Fprintf(b.out, "| %d | %v | %s | %s | %s | %.2f | %s | %s | %s | %s |\n", n, in, split(requests), seconds(measured.wall), seconds(baseline.wall),
			ratio(measured.wall, baseline.wall), seconds(measured.provider.CPU), seconds(measured.whole.CPU-measured.provider.CPU), seconds(baseline.whole.CPU),
			megabytes(measured.provider.Memory))
	}
	return nil
}

// measureSingleReads is what the same costs with a request an object.
func (b *bench) measureSingleReads(ctx context.Context) error {
	fmt.Fprintf(b.out, "\n### The same with one request an object\n\n")
	fmt.Fprintln(b.out, "| people | latency of the portal | requests: one an object | coalesced | wall time: one an object | coalesced | ratio |")
	fmt.Fprintln(b.out, "| ---: | --- | ---: | ---: | ---: | ---: | ---: |")
	for _, n := range b.users {
		if n > 1000 {
			continue // a limit of ten requests a second makes it half an hour
		}
		if err := b.singleReadsOf(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) singleReadsOf(ctx context.Context, n int) (err error) {
	s, err := b.stand(ctx, n)
	if err != nil {
		return err
	}
	defer func() {
		_, closed := s.close()
		err = errors.Join(err, closed)
	}()
	for _, in := range []setting{{latency: b.latencies[len(b.latencies)-1]}, {latency: b.usual(), rate: b.rate}} {
		progress("plan of %d people at %v, one request an object", n, in)
		coalesced, few, err := s.plan(ctx, in, false)
		if err != nil {
			return err
		}
		singly, many, err := s.plan(ctx, in, true)
		if err != nil {
			return err
		}
		fmt.Fprintf(b.out, "| %d | %v | %d | %d | %s | %s | %.1f |\n", n, in, sum(many), sum(few), seconds(singly.wall), seconds(coalesced.wall), ratio(singly.wall, coalesced.wall))
	}
	return nil
}

// rewrite replaces files of the configuration.
func (w *workspace) rewrite(files map[string]string) error {
	for file, text := range files {
		if err := os.WriteFile(filepath.Join(w.dir, file), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// split shows the reads of the three nouns, and all else.
func split(requests map[string]int) string {
	users, accounts, groups := requests["GET users"], requests["GET sip-accounts"], requests["GET permission-groups"]
	return fmt.Sprintf("%d, %d, %d, %d", users, accounts, groups, sum(requests)-users-accounts-groups)
}

func sum(counts map[string]int) int {
	total := 0
	for _, count := range counts {
		total += count
	}
	return total
}

func ratio(a, b time.Duration) float64 { return float64(a) / float64(b) }

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }

func megabytes(n int64) string { return fmt.Sprintf("%d MB", n/1_000_000) }
