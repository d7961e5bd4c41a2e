package machine

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"crosscloud/infra/twin/firewall"
)

// TestVM boots a real VM of each cloud and follows it to its end. The parts build on each other: a boot is expensive.
func TestVM(t *testing.T) {
	e := engine(t)
	ctx := t.Context()
	stranger, door := nth(e.Subnet(), 240, 1), nth(e.Subnet(), 16, 1)
	require.NoError(t, e.CreateDisk(ctx, "data", 1))
	require.NoError(t, e.Create(ctx, Spec{
		Name: "gce", Cloud: "gcp", Hostname: "gce.internal", Address: door, Hosts: []string{"storage.googleapis.com"},
		Firewall: firewall.Ruleset([]firewall.Rule{
			{Direction: firewall.Ingress, Protocol: firewall.TCP, Ports: [2]uint16{8001, 8001}, Peers: peers(stranger)},
			{Direction: firewall.Egress, Protocol: firewall.All, Peers: []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0")}},
		}),
		Disks: []Attachment{{Disk: "data", Device: "pgdata"}},
	}))

	t.Run("boots and runs the startup script", func(t *testing.T) {
		eventually(t, func() error { return boots(ctx, e, "gce", 1) })
		assert.Equal(t, "running\n", in(t, e, "gce", "systemctl is-system-running --wait"))
		assert.Equal(t, e.ServicesAddress().String()+" storage.googleapis.com\n", in(t, e, "gce", "getent ahostsv4 storage.googleapis.com | awk '/STREAM/ {print $1, $3}'"))
		in(t, e, "gce", "openssl verify -CAfile /etc/ssl/certs/ca-certificates.crt /twin/boot/ca.crt")
	})

	t.Run("a firewall opens what a rule opens, for whom it says", func(t *testing.T) {
		in(t, e, "gce", "systemd-run --quiet python3 -m http.server 8001; systemd-run --quiet python3 -m http.server 8002")
		eventually(t, func() error { return reach(ctx, e, stranger, door, 8001) })
		assert.Error(t, reach(ctx, e, stranger, door, 8002), "a port that no rule opens")
		assert.Error(t, reach(ctx, e, nth(e.Subnet(), 240, 2), door, 8001), "a peer that no rule names")
		require.NoError(t, e.SetFirewall(ctx, "gce", firewall.Ruleset([]firewall.Rule{
			{Direction: firewall.Ingress, Protocol: firewall.TCP, Ports: [2]uint16{8002, 8003}, Peers: peers(stranger)},
		})))
		assert.Error(t, reach(ctx, e, stranger, door, 8001), "closed at once")
		assert.NoError(t, reach(ctx, e, stranger, door, 8002), "opened at once")
		in(t, e, "gce", "curl --fail --silent --max-time 5 http://metadata.google.internal/computeMetadata/v1/instance/attributes/startup-script")
		_, err := e.Exec(ctx, "gce", nil, "curl", "--silent", "--max-time", "2", "https://storage.googleapis.com/")
		assert.Error(t, err, "nothing goes out without a rule, except to the metadata service")
		assert.Error(t, e.SetFirewall(ctx, "gce", "table inet cloud {"), "no ruleset")
		assert.NoError(t, reach(ctx, e, stranger, door, 8002), "a bad ruleset changes nothing")
	})

	t.Run("a disk can be written, grown while in use, and belongs to one machine", func(t *testing.T) {
		in(t, e, "gce", "mkfs.ext4 -q /dev/disk/by-id/google-pgdata && mount /dev/disk/by-id/google-pgdata /mnt && echo kept >/mnt/mark && umount /mnt")
		require.NoError(t, e.ResizeDisk(ctx, "data", 2))
		assert.Equal(t, fmt.Sprintln(2<<30), in(t, e, "gce", "blockdev --getsize64 /dev/disk/by-id/google-pgdata"))
		assert.ErrorContains(t, e.DeleteDisk(ctx, "data"), "in use")
		assert.ErrorContains(t, e.Create(ctx, Spec{Name: "second", Disks: []Attachment{{Disk: "data"}}}), "in use")
		assert.ErrorIs(t, e.Create(ctx, Spec{Name: "second", Disks: []Attachment{{Disk: "absent"}}}), ErrNotFound)
	})

	t.Run("an address moves, and drops its connections", func(t *testing.T) {
		other := nth(e.Subnet(), 16, 2)
		assert.Equal(t, "HTTP", hold(t, e, stranger, door, 8002)(), "a connection that is left alone")
		ask := hold(t, e, stranger, door, 8002)
		require.NoError(t, e.SetAddress(ctx, "gce", other))
		assert.Empty(t, ask(), "a connection to where the address was")
		status, err := e.Status(ctx, "gce")
		require.NoError(t, err)
		assert.Equal(t, Status{Exists: true, Running: true, Address: other}, status)
		assert.Error(t, reach(ctx, e, stranger, door, 8002))
		assert.NoError(t, reach(ctx, e, stranger, other, 8002))
		in(t, e, "gce", "curl --fail --silent --max-time 5 http://metadata.google.internal/computeMetadata/v1/instance/attributes/startup-script")
		require.NoError(t, e.SetAddress(ctx, "gce", netip.Addr{}))
		assert.Error(t, reach(ctx, e, stranger, other, 8002), "no public address")
		require.NoError(t, e.SetAddress(ctx, "gce", door))
	})

	t.Run("stop and start keep firewall, address and disks", func(t *testing.T) {
		require.NoError(t, e.Stop(ctx, "gce"))
		status, err := e.Status(ctx, "gce")
		require.NoError(t, err)
		assert.Equal(t, Status{Exists: true, Address: door}, status)
		assert.Empty(t, loops(t), "a stopped machine holds no loop device")
		require.NoError(t, e.Start(ctx, "gce"))
		eventually(t, func() error { return boots(ctx, e, "gce", 2) })
		in(t, e, "gce", "systemd-run --quiet python3 -m http.server 8001; systemd-run --quiet python3 -m http.server 8002")
		eventually(t, func() error { return reach(ctx, e, stranger, door, 8002) })
		assert.Error(t, reach(ctx, e, stranger, door, 8001))
		assert.Equal(t, "kept\n", in(t, e, "gce", "mount /dev/disk/by-id/google-pgdata /mnt && cat /mnt/mark"))
	})

	t.Run("a disk that was detached comes back with what is on it", func(t *testing.T) {
		disks := []Attachment{{Disk: "data", Device: "pgdata"}}
		assert.ErrorContains(t, e.SetDisks(ctx, "gce", nil), "stopped machines only")
		require.NoError(t, e.Stop(ctx, "gce"))
		assert.ErrorContains(t, e.SetDisks(ctx, "gce", []Attachment{{Disk: "other"}}), "only to a new machine")
		require.NoError(t, e.SetDisks(ctx, "gce", nil))
		require.NoError(t, e.Start(ctx, "gce"))
		eventually(t, func() error { return boots(ctx, e, "gce", 3) })
		in(t, e, "gce", "test ! -e /dev/disk/by-id/google-pgdata")
		require.NoError(t, e.Stop(ctx, "gce"))
		require.NoError(t, e.SetDisks(ctx, "gce", disks))
		require.NoError(t, e.Start(ctx, "gce"))
		eventually(t, func() error { return boots(ctx, e, "gce", 4) })
		assert.Equal(t, "kept\n", in(t, e, "gce", "mount /dev/disk/by-id/google-pgdata /mnt && cat /mnt/mark"))
	})

	t.Run("a reboot from inside comes back, a machine that was switched off does not", func(t *testing.T) {
		_, _ = e.Exec(ctx, "gce", nil, "systemctl", "reboot")
		eventually(t, func() error { return boots(ctx, e, "gce", 5) })
		assert.Equal(t, "kept\n", in(t, e, "gce", "mount /dev/disk/by-id/google-pgdata /mnt && cat /mnt/mark"))
		_, _ = e.Exec(ctx, "gce", nil, "systemctl", "poweroff")
		eventually(t, func() error {
			if status, err := e.Status(ctx, "gce"); err != nil || status.Running {
				return fmt.Errorf("still runs: %v", err)
			}
			return nil
		})
		time.Sleep(time.Second)
		status, err := e.Status(ctx, "gce")
		require.NoError(t, err)
		assert.False(t, status.Running)
		require.NoError(t, e.Start(ctx, "gce"))
		eventually(t, func() error { return boots(ctx, e, "gce", 6) })
	})

	t.Run("no firewall, no boot", func(t *testing.T) {
		require.NoError(t, e.Stop(ctx, "gce"))
		require.NoError(t, os.Remove(filepath.Join(e.machineDir("gce"), "firewall.nft")))
		assert.ErrorContains(t, e.Start(ctx, "gce"), "does not boot")
	})

	t.Run("cloud-init runs the user data of an EC2 instance, once", func(t *testing.T) {
		require.NoError(t, e.Create(ctx, Spec{Name: "ec2", Cloud: "aws", Hostname: "ip-10-0-0-5", Firewall: firewall.Ruleset(nil)}))
		eventually(t, func() error { return boots(ctx, e, "ec2", 1) })
		assert.Equal(t, "status: done\n", in(t, e, "ec2", "cloud-init status --wait"))
		assert.Equal(t, "running\n", in(t, e, "ec2", "systemctl is-system-running --wait"))
		require.NoError(t, e.Stop(ctx, "ec2"))
		require.NoError(t, e.Start(ctx, "ec2"))
		in(t, e, "ec2", "cloud-init status --wait; systemctl is-system-running --wait")
		assert.NoError(t, boots(ctx, e, "ec2", 1))
		require.NoError(t, e.Delete(ctx, "ec2"))
	})

	t.Run("neither a second clone nor a second machine takes over what has the name", func(t *testing.T) {
		other, err := New(t.TempDir(), "machine-test", nil)
		require.NoError(t, err)
		assert.ErrorContains(t, other.EnsureNetwork(ctx), "runs already, from "+e.Dir())
		assert.ErrorContains(t, other.Down(ctx), "runs already, from "+e.Dir())
		assert.ErrorContains(t, e.Create(ctx, Spec{Name: "gce", Cloud: "gcp"}), "exists")
		status, err := e.Status(ctx, "gce")
		require.NoError(t, err)
		assert.True(t, status.Exists)
	})

	t.Run("nothing is left", func(t *testing.T) {
		require.NoError(t, e.Delete(ctx, "gce"))
		require.NoError(t, e.Delete(ctx, "gce"), "deleting again")
		status, err := e.Status(ctx, "gce")
		require.NoError(t, err)
		assert.Equal(t, Status{}, status)
		require.NoError(t, e.DeleteDisk(ctx, "data"))
		assert.Empty(t, objects(t, e, "volume", "ls"))
		assert.Empty(t, loops(t))
		require.NoError(t, e.Down(ctx))
		for _, list := range [][]string{{"ps", "--all"}, {"volume", "ls"}, {"network", "ls"}} {
			assert.Empty(t, objects(t, e, list...))
		}
		assert.NoDirExists(t, e.Dir())
	})
}
