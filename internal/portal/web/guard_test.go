package web

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestGuard_everyLanguageSaysEverything: a key that one language lacks would show itself to people.
func TestGuard_everyLanguageSaysEverything(t *testing.T) {
	t.Parallel()
	all, err := catalogue()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 5 {
		t.Fatalf("%d languages", len(all))
	}
	for name, texts := range all {
		for key, english := range all["en"] {
			if text, ok := texts[key]; !ok || strings.TrimSpace(text) == "" || strings.Count(text, "%s") != strings.Count(english, "%s") {
				t.Errorf("%s: %s is %q, in English %q", name, key, text, english)
			}
		}
		if len(texts) != len(all["en"]) {
			t.Errorf("%s has %d texts, English %d", name, len(texts), len(all["en"]))
		}
	}
	used := regexp.MustCompile(`"([a-z_]+(?:\.[a-z_0-9]+)+)"`)
	entries, err := files.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := files.ReadFile("templates/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range used.FindAllStringSubmatch(string(content), -1) {
			if _, ok := all["en"][match[1]]; !ok {
				t.Errorf("%s says %s, which is no text", entry.Name(), match[1])
			}
		}
	}
}

// TestGuard_fieldsHaveLabels: whoever does not see the page hears what a field is for.
func TestGuard_fieldsHaveLabels(t *testing.T) {
	t.Parallel()
	field := regexp.MustCompile(`<(?:input|select)([^>]*)>`)
	id := regexp.MustCompile(` id="([^"]+)"`)
	entries, err := files.ReadDir("templates")
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := files.ReadFile("templates/" + entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		page := string(content)
		for _, match := range field.FindAllStringSubmatch(page, -1) {
			if strings.Contains(match[1], `type="hidden"`) {
				continue
			}
			name := id.FindStringSubmatch(match[1])
			if name == nil || !strings.Contains(page, `<label for="`+name[1]+`"`) {
				t.Errorf("%s: no label for <%s>", entry.Name(), match[1])
			}
			if strings.Contains(match[1], `type="password"`) && !strings.Contains(match[1], "autocomplete=") {
				t.Errorf("%s: a password manager does not know <%s>", entry.Name(), match[1])
			}
		}
		if headings := strings.Count(page, "<h1"); entry.Name() != "layout.html" && headings != 0 || entry.Name() == "layout.html" && headings != 1 {
			t.Errorf("%s has %d main headings", entry.Name(), headings)
		}
		if strings.Contains(page, "<script") || strings.Contains(page, " style=") || regexp.MustCompile(` on[a-z]+=`).MatchString(page) {
			t.Errorf("%s has a script or a style of its own, which the policy forbids", entry.Name())
		}
	}
}

// TestGuard_contrast: text stands out from its background by at least 4.5 to 1, and borders of fields by 3 to 1 (WCAG
// 2.2, 1.4.3 and 1.4.11), by day and by night.
func TestGuard_contrast(t *testing.T) {
	t.Parallel()
	style, err := files.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	schemes := regexp.MustCompile(`:root \{[^}]*\}`).FindAllString(string(style), -1)
	if len(schemes) != 2 {
		t.Fatalf("%d colour schemes", len(schemes))
	}
	variable := regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`)
	for i, scheme := range schemes {
		colours := map[string]string{}
		for _, match := range variable.FindAllStringSubmatch(scheme, -1) {
			colours[match[1]] = match[2]
		}
		for pair, least := range map[string]float64{
			"text back": 4.5, "text card": 4.5, "muted card": 4.5, "link card": 4.5, "on-link link": 4.5, "danger card": 4.5, "good card": 4.5, "text notice": 4.5, "text warn": 4.5, "line card": 3,
		} {
			a, b, _ := strings.Cut(pair, " ")
			if got := contrast(t, colours[a], colours[b]); got < least {
				t.Errorf("scheme %d: %s has a contrast of %.2f, want %.1f", i, pair, got, least)
			}
		}
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	bright := []float64{luminance(t, a), luminance(t, b)}
	slices.Sort(bright)
	return (bright[1] + 0.05) / (bright[0] + 0.05)
}

func luminance(t *testing.T, colour string) (sum float64) {
	t.Helper()
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		value, err := strconv.ParseUint(colour[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(fmt.Errorf("%s: %w", colour, err))
		}
		channel := float64(value) / 255
		if channel <= 0.04045 {
			sum += weight * channel / 12.92
		} else {
			sum += weight * math.Pow((channel+0.055)/1.055, 2.4)
		}
	}
	return sum
}
