package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// measureApply is what it costs to make, change and remove people, against the same in built-in resources.
func (b *bench) measureApply(ctx context.Context) (err error) {
	fmt.Fprintf(b.out, "\n### Apply: %d people made, changed and removed\n\n", b.one)
	fmt.Fprintln(b.out, "| what | requests | wall time | `terraform_data` | ratio | provider's memory |")
	fmt.Fprintln(b.out, "| --- | --- | ---: | ---: | ---: | ---: |")
	p, err := b.servePortal(ctx, "portal of apply", "portal.db")
	if err != nil {
		return err
	}
	latency := b.usual()
	far := away(p, latency)
	defer far.Close()
	all := people(b.one)
	to := target{endpoint: far.URL, token: p.token}
	mine, err := b.newWorkspace(ctx, "apply", modules.files(ours, to, all))
	if err != nil {
		return err
	}
	theirs, err := b.newWorkspace(ctx, "apply built in", modules.files(builtIn, target{}, all))
	if err != nil {
		return err
	}
	for _, step := range []struct {
		name string
		args []string
	}{
		{"create", []string{"apply", "-auto-approve"}},
		{"update of all SIP accounts", []string{"apply", "-auto-approve"}},
		{"destroy", []string{"destroy", "-auto-approve"}},
	} {
		if strings.HasPrefix(step.name, "update") {
			for key, one := range all {
				one.Title = "home"
				all[key] = one
			}
			err = errors.Join(mine.rewrite(modules.files(ours, to, all)), theirs.rewrite(modules.files(builtIn, target{}, all)))
			if err != nil {
				return err
			}
		}
		progress("%s %d people", step.name, b.one)
		baseline, err := theirs.run(ctx, step.args...)
		if err != nil {
			return err
		}
		far.take()
		measured, err := mine.run(ctx, step.args...)
		if err != nil {
			return err
		}
		fmt.Fprintf(b.out, "| %s | %s | %s | %s | %.2f | %s |\n", step.name, byMethod(far.take()), seconds(measured.wall), seconds(baseline.wall),
			ratio(measured.wall, baseline.wall), megabytes(measured.provider.Memory))
	}
	used, err := p.stop()
	fmt.Fprintf(b.out, "\nThe portal was %v away and took at most %s of memory.\n", latency, megabytes(used.Memory))
	return errors.Join(err, mine.close(), theirs.close())
}

// byMethod sums requests by their method.
func byMethod(requests map[string]int) string {
	totals := map[string]int{}
	for request, count := range requests {
		method, _, _ := strings.Cut(request, " ")
		totals[method] += count
	}
	var texts []string
	for _, method := range slices.Sorted(maps.Keys(totals)) {
		texts = append(texts, fmt.Sprintf("%d %s", totals[method], method))
	}
	return strings.Join(texts, ", ")
}

// measureShapes is which way to write the same people Terraform digests best.
func (b *bench) measureShapes(ctx context.Context) error {
	fmt.Fprintf(b.out, "\n### Shapes of a configuration: a plan of %d people that finds nothing to do\n\n", b.one)
	fmt.Fprintln(b.out, "| shape | switchboard | `terraform_data` | ratio |")
	fmt.Fprintln(b.out, "| --- | ---: | ---: | ---: |")
	for i, s := range shapes {
		if err := b.shapeOf(ctx, i, s); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (b *bench) shapeOf(ctx context.Context, i int, s shape) (err error) {
	progress("shape: %s", s.name)
	name := fmt.Sprintf("shape %d", i)
	p, err := b.servePortal(ctx, name, "portal.db")
	if err != nil {
		return err
	}
	var walls [2]time.Duration
	for j, k := range []kind{ours, builtIn} {
		database := ""
		if k.user == ours.user {
			database = filepath.Join(b.dir, name, "portal.db")
		}
		w, err := b.crowded(ctx, fmt.Sprintf("%s of %s", name, k.name), k, s, target{endpoint: p.url.String(), token: p.token}, b.one, database)
		if err != nil {
			return err
		}
		measured, err := b.median(b.one, func() (cost, error) { return w.unchanged(ctx) })
		if err := errors.Join(err, w.close()); err != nil {
			return err
		}
		walls[j] = measured.wall
	}
	fmt.Fprintf(b.out, "| %s | %s | %s | %.2f |\n", s.name, seconds(walls[0]), seconds(walls[1]), ratio(walls[0], walls[1]))
	_, err = p.stop()
	return err
}
