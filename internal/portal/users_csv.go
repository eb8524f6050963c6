package portal

import "strings"

// UsersCSVColumns are the columns of the download of all users (EN-19), in their order.
func UsersCSVColumns() []string {
	return []string{
		"username", "email", "first_name", "last_name", "status", "role", "two_factor", "invited_at", "last_login_at",
	}
}

// UsersCSVCell is a text as the download of all users holds it: an apostrophe keeps a spreadsheet from running a
// formula.
func UsersCSVCell(text string) string {
	if startsFormula(strings.TrimLeft(text, "'")) {
		return "'" + text
	}
	return text
}

// UsersCSVText is the text that UsersCSVCell made a cell of.
func UsersCSVText(cell string) string {
	if text, marked := strings.CutPrefix(cell, "'"); marked && startsFormula(strings.TrimLeft(text, "'")) {
		return text
	}
	return cell
}

func startsFormula(text string) bool { return strings.IndexAny(text, "=+-@\t\r\n") == 0 }
