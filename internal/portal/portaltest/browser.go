package portaltest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/switchboard-hq/terraform-provider-switchboard/internal/portal/portaltest/installed"
)

// Browser is a page in a real browser, Chromium, with scripts switched off. Cookies are its own.
type Browser struct {
	t   testing.TB
	ctx context.Context
}

// chromium is the one browser process of a test binary.
var chromium struct {
	once    sync.Once
	ctx     context.Context
	profile string
	err     error
}

// startBrowser starts the browser, once.
func startBrowser() (context.Context, error) {
	chromium.once.Do(func() {
		path, err := installed.Browser()
		if err == nil {
			chromium.profile, err = os.MkdirTemp("", "switchboard chromium")
		}
		if err != nil {
			chromium.err = err
			return
		}
		allocator, _ := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.UserDataDir(chromium.profile), chromedp.NoSandbox,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("force-device-scale-factor", "1"),
		)...)
		chromium.ctx, _ = chromedp.NewContext(allocator)
		chromium.err = chromedp.Do(chromium.ctx)
	})
	return chromium.ctx, chromium.err
}

// CloseBrowser ends the browser, if a test has started it. It is for the end of TestMain.
func CloseBrowser() {
	if chromium.ctx != nil {
		_ = chromedp.Cancel(chromium.ctx) // an error says that it has ended already
	}
	if chromium.profile != "" {
		_ = os.RemoveAll(chromium.profile)
	}
}

// browserTimeout bounds what one test does in a browser.
const browserTimeout = 5 * time.Minute

// NewBrowser opens a page that ends with the test. Where there is no browser, installed.Missing decides what becomes of
// the test.
func NewBrowser(t testing.TB) *Browser {
	t.Helper()
	if _, err := installed.Browser(); err != nil {
		installed.Missing(t, err)
	}
	parent, err := startBrowser()
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
	if err := settled(func() error { return chromedp.Do(b.ctx, actions...) }); err != nil {
		b.fail(err)
	}
}

// replaced is the error of the browser's protocol (server error, JSON-RPC 2.0) for an element or a page that is no
// more.
const replaced = "(-32000)"

// settled does something until the page holds still for it: a page that is being replaced loses the element that was
// just found, before anything is done to it.
func settled(do func() error) error {
	for {
		err := do()
		if err == nil || !strings.Contains(err.Error(), replaced) {
			return err
		}
	}
}

// ask runs an action that finds something out.
func ask[T any](b *Browser, action chromedp.Action[T]) T {
	b.t.Helper()
	var value T
	err := settled(func() (err error) {
		value, err = chromedp.Run(b.ctx, action)
		return err
	})
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
	err := settled(func() error {
		_, err := chromedp.RunResponse(b.ctx, click)
		return err
	})
	if err != nil {
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

// quote is a text in XPath.
func quote(text string) string {
	if !strings.Contains(text, "'") {
		return "'" + text + "'"
	}
	return `"` + text + `"`
}
