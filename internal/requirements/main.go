// Command requirements prints which tests carry the id of which requirement of DESIGN.md in their names, and which
// requirement no test carries. It fails if one that had a test has none any more: those that had one are in proven.txt.
//
// With -record it adds to proven.txt what has a test now, and prints nothing. Only a person takes anything out of that
// file.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	root := flag.String("root", ".", "the folder of the repository")
	record := flag.Bool("record", false, "add to proven.txt what has a test now, instead of printing")
	flag.Parse()
	if err := run(*root, *record, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "requirements:", err)
		os.Exit(1)
	}
}

func run(root string, record bool, out io.Writer) error {
	r, err := read(root)
	if err != nil {
		return err
	}
	if record {
		return r.record(root)
	}
	r.print(out)
	return r.check()
}
