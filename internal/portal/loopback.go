package portal

import "net"

// IsLoopback reports whether a host, without a port, is this machine and nothing else: localhost, 127.0.0.0/8 or ::1.
// Only what goes there may go in clear.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
