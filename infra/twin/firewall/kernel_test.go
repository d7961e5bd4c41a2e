package firewall

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/testneed"
)

// The kernel has the last word: two network namespaces with a cable between them, a ruleset in one of them.
const (
	host, peer = "crosscloud-fw-host", "crosscloud-fw-peer"

	hostAddress = "198.51.100.1"
	friend      = "198.51.100.2"
	stranger    = "198.51.100.3"
	metadata    = "169.254.169.254"
	resolver    = "198.51.100.53"
)

// TestMain makes this program a listener or a caller when a test runs it in a namespace.
func TestMain(m *testing.M) {
	var err error
	switch args := strings.Fields(os.Getenv("FIREWALL_TEST")); {
	case len(args) == 0:
		os.Exit(m.Run())
	case args[0] == "listen":
		err = listen(args[1:])
	case args[0] == "call":
		err = call(args[1], args[2], args[3])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func TestKernelObeysTheRuleset(t *testing.T) {
	needNamespaces(t)
	for _, command := range []string{
		"ip netns add " + host, "ip netns add " + peer,
		"ip -n " + host + " link add eth0 type veth peer name eth0 netns " + peer,
		"ip -n " + host + " link set eth0 up", "ip -n " + peer + " link set eth0 up", "ip -n " + host + " link set lo up",
		"ip -n " + host + " addr add " + hostAddress + "/24 dev eth0",
		"ip -n " + peer + " addr add " + friend + "/24 dev eth0",
		"ip -n " + peer + " addr add " + stranger + "/24 dev eth0",
		"ip -n " + peer + " addr add " + resolver + "/24 dev eth0",
		"ip -n " + peer + " addr add " + metadata + "/32 dev eth0",
		"ip -n " + host + " route add " + metadata + "/32 via " + friend,
	} {
		out, err := exec.Command("sh", "-c", command).CombinedOutput()
		require.NoError(t, err, "%s: %s", command, out)
	}
	load(t, []Rule{
		{Direction: Ingress, Protocol: TCP, Ports: [2]uint16{7000, 7001}, Peers: prefixes(friend + "/32")},
		{Direction: Ingress, Protocol: UDP, Ports: [2]uint16{7005, 7005}, Peers: prefixes(friend + "/32")},
		{Direction: Egress, Protocol: TCP, Ports: [2]uint16{7003, 7003}, Peers: prefixes(friend + "/32")},
	})
	serve(t, host, "tcp/:7000", "tcp/:7001", "tcp/:7002", "udp/:7005")
	serve(t, peer, "tcp/:7003", "tcp/:7004", "tcp/:80", "tcp/:53", "udp/"+resolver+":53")

	for _, c := range []struct {
		from, source, to string
		open             bool
	}{
		{peer, friend, "tcp/" + hostAddress + ":7000", true},
		{peer, friend, "tcp/" + hostAddress + ":7001", true},
		{peer, friend, "tcp/" + hostAddress + ":7002", false},
		{peer, stranger, "tcp/" + hostAddress + ":7000", false},
		{peer, friend, "udp/" + hostAddress + ":7005", true},
		{peer, stranger, "udp/" + hostAddress + ":7005", false},
		{host, hostAddress, "tcp/" + friend + ":7003", true},
		{host, hostAddress, "tcp/" + friend + ":7004", false},
		{host, hostAddress, "tcp/" + stranger + ":7003", false},
		{host, hostAddress, "tcp/" + metadata + ":80", true},
		{host, hostAddress, "udp/" + resolver + ":53", true},
		{host, hostAddress, "tcp/" + resolver + ":53", true},
		{host, hostAddress, "udp/" + friend + ":53", false},
		{host, "127.0.0.1", "tcp/127.0.0.1:7002", true},
	} {
		t.Run(fmt.Sprintf("%s to %s", c.source, strings.ReplaceAll(c.to, "/", " ")), func(t *testing.T) {
			err := within(c.from, "call "+c.source+" "+strings.Replace(c.to, "/", " ", 1)).Run()
			assert.Equal(t, c.open, err == nil, "reached: %v", err)
		})
	}

	t.Run("another table of the machine survives a new ruleset", func(t *testing.T) {
		nft(t, "table inet own {\nchain input {\ntype filter hook input priority 10\ntcp dport 7000 drop\n}\n}\n")
		load(t, []Rule{{Direction: Ingress, Protocol: All, Peers: prefixes("0.0.0.0/0")}})
		assert.Error(t, within(peer, "call "+friend+" tcp "+hostAddress+":7000").Run())
		assert.NoError(t, within(peer, "call "+stranger+" tcp "+hostAddress+":7002").Run())
	})
	for name, rules := range cases {
		t.Run("accepts "+name, func(t *testing.T) { load(t, rules) })
	}
}

func needNamespaces(t *testing.T) {
	t.Helper()
	var missing error
	if os.Geteuid() != 0 {
		missing = errors.New("this test needs root")
	}
	for _, tool := range []string{"nft", "ip"} {
		if _, err := exec.LookPath(tool); err != nil {
			missing = errors.Join(missing, err)
		}
	}
	remove := func() {
		_ = exec.Command("ip", "netns", "delete", host).Run()
		_ = exec.Command("ip", "netns", "delete", peer).Run()
	}
	if missing == nil {
		remove()
		t.Cleanup(remove)
		return
	}
	testneed.Missing(t, "no ruleset can be tried on the kernel: %v", missing)
}

func load(t *testing.T, rules []Rule) {
	t.Helper()
	nft(t, Ruleset(rules)+Resolvers([]netip.Addr{netip.MustParseAddr(resolver)}))
}

func nft(t *testing.T, script string) {
	t.Helper()
	cmd := exec.Command("ip", "netns", "exec", host, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

func within(namespace, task string) *exec.Cmd {
	cmd := exec.Command("ip", "netns", "exec", namespace, "/proc/self/exe")
	cmd.Args[len(cmd.Args)-1], _ = os.Executable()
	cmd.Env = append(os.Environ(), "FIREWALL_TEST="+task)
	return cmd
}

// serve listens in a namespace until the test ends.
func serve(t *testing.T, namespace string, addresses ...string) {
	t.Helper()
	cmd := within(namespace, "listen "+strings.Join(addresses, " "))
	cmd.Stderr = os.Stderr
	ready, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	_, err = io.ReadFull(ready, make([]byte, len("ready")))
	require.NoError(t, err)
}

// listen answers on each NETWORK/ADDRESS.
func listen(addresses []string) error {
	for _, a := range addresses {
		network, address, _ := strings.Cut(a, "/")
		if network == "udp" {
			c, err := net.ListenPacket(network, address)
			if err != nil {
				return err
			}
			go func() {
				for b := make([]byte, 16); ; {
					if n, from, err := c.ReadFrom(b); err == nil {
						_, _ = c.WriteTo(b[:n], from)
					}
				}
			}()
			continue
		}
		l, err := net.Listen(network, address)
		if err != nil {
			return err
		}
		go func() {
			for {
				if c, err := l.Accept(); err == nil {
					go func() { defer c.Close(); _, _ = io.CopyN(c, c, 1) }()
				}
			}
		}()
	}
	fmt.Print("ready")
	select {}
}

// call sends one byte from an address and waits for it to come back.
func call(source, network, address string) error {
	dialer := net.Dialer{Timeout: 500 * time.Millisecond}
	ip := net.ParseIP(source)
	if dialer.LocalAddr = (&net.TCPAddr{IP: ip}); network == "udp" {
		dialer.LocalAddr = &net.UDPAddr{IP: ip}
	}
	c, err := dialer.DialContext(context.Background(), network, address)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
		return err
	}
	if _, err := c.Write([]byte{1}); err != nil {
		return err
	}
	_, err = io.ReadFull(c, make([]byte, 1))
	return err
}
