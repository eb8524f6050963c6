package portaltest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Browser is a page in a real browser, Chromium, with scripts switched off. Cookies are its own.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// chromium is one browser process for all tests of a binary. It ends with the binary, whose pipe it reads.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("these tests use a real browser: install the Debian package chromium: %w", err)
	}
	profile, err := os.MkdirTemp("", "switchboard chromium")
	if err != nil {
		return nil, err
	}
	allocator, _ := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(profile, "profile")), chromedp.NoSandbox,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("force-device-scale-factor", "1"),
	)...)
	browser, _ := chromedp.NewContext(allocator)
	return browser, chromedp.Do(browser)
})

// browserTimeout bounds what one test does in a browser.
const browserTimeout = 2 * time.Minute

// NewBrowser opens a page that ends with the test.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	parent, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	tab, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(tab, chromedp.EmulateViewport(1200, 900)); err != nil { // which makes it, and so must not be bound in time
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(tab, browserTimeout)
	t.Cleanup(cancel)
	if _, err := chromedp.Call(ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	return &Browser{t: t, ctx: ctx}
}

func (b *Browser) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, actions...); err != nil {
		b.fail(err)
	}
}

// ask runs an action that finds something out.
func ask[T any](b *Browser, action chromedp.Action[T]) T {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, action)
	if err != nil {
		b.fail(err)
	}
	return value
}

func (b *Browser) fail(err error) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), 5*time.Second)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body"))) // all that can be told
	b.t.Fatalf("in the browser: %v\n%s", err, text)
}

// Go opens an address.
func (b *Browser) Go(address string) {
	b.t.Helper()
	b.run(chromedp.Navigate(address))
}

// Fill types into the field with this label, in place of what is in it.
func (b *Browser) Fill(label, value string) {
	b.t.Helper()
	field := chromedp.Search(fmt.Sprintf(`//*[@id=//label[normalize-space()=%s]/@for]`, quote(label)))
	b.run(chromedp.WaitVisible(field), chromedp.Clear(field), chromedp.SendKeys(field, value))
}

// Press presses the button with this text, and waits for the page that it leads to.
func (b *Browser) Press(button string) {
	b.t.Helper()
	b.leave(chromedp.Click(chromedp.Search(fmt.Sprintf(`//button[normalize-space()=%s]`, quote(button))), chromedp.NodeVisible))
}

// Follow follows the link with this text.
func (b *Browser) Follow(link string) {
	b.t.Helper()
	b.leave(chromedp.Click(chromedp.Search(fmt.Sprintf(`//a[normalize-space()=%s]`, quote(link))), chromedp.NodeVisible))
}

func (b *Browser) leave(click chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if _, err := chromedp.RunResponse(b.ctx, click); err != nil {
		b.fail(err)
	}
}

// Text is what the page shows.
func (b *Browser) Text() string {
	b.t.Helper()
	return ask(b, chromedp.Text(chromedp.CSS("body")))
}

// Shows fails unless the page shows all of these texts.
func (b *Browser) Shows(texts ...string) {
	b.t.Helper()
	shown := b.Text()
	for _, text := range texts {
		if !strings.Contains(shown, text) {
			b.t.Fatalf("the page does not show %q:\n%s", text, shown)
		}
	}
}

// Address is the address of the page.
func (b *Browser) Address() string {
	b.t.Helper()
	return ask(b, chromedp.Location())
}

// TextOf is the text of the first element that a CSS selector finds.
func (b *Browser) TextOf(selector string) string {
	b.t.Helper()
	return ask(b, chromedp.Text(chromedp.CSS(selector)))
}

// Screenshot is the whole page as PNG, at a width in pixels.
func (b *Browser) Screenshot(width int64) []byte {
	b.t.Helper()
	b.run(chromedp.EmulateViewport(width, 900))
	return ask(b, chromedp.FullScreenshot(100))
}

// quote is a text in XPath.
func quote(text string) string {
	if !strings.Contains(text, "'") {
		return "'" + text + "'"
	}
	return `"` + text + `"`
}
