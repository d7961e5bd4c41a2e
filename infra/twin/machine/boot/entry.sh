#!/bin/bash
# The first process of a VM of the twin. It does what the cloud around a VM does before the operating system starts
# (network, firewall, disks), then becomes systemd. It runs again at every boot, and as "entry.sh resized DISK" when a
# disk of the running VM has grown.
set -euo pipefail

readonly boot=/twin/boot disks=/twin/disks

# systemd wants a cgroup tree that it may write to; the container's own mount is read-only, or still version 1.
mount_cgroups() {
	umount -R /sys/fs/cgroup
	mount -t cgroup2 none /sys/fs/cgroup
}

route_metadata() {
	ip route replace 169.254.169.254/32 via "$TWIN_SERVICES"
}

# Loop devices belong to the kernel that all VMs share. A process holds this one open, and detaching it then means
# "when the last user is gone": it vanishes with the VM, however the VM ends.
attach_disk() {
	local file=$disks/$1/image name=/dev/disk/by-id/google-$2 loop held
	for _ in {1..20}; do
		loop=$(losetup --find | cut -d' ' -f1)
		[[ -b $loop ]] || mknod "$loop" b 7 "${loop#/dev/loop}"
		# Another VM may have been faster.
		if losetup "$loop" "$file"; then
			exec {held}<"$loop"
			(exec -a "disk $1" sleep infinity) &
			losetup --detach "$loop"
			exec {held}<&-
			mkdir -p "${name%/*}"
			ln -sfn "$loop" "$name"
			return
		fi
		sleep 0.1
	done
	echo "no loop device is free for disk $1"
	return 1
}

attach_disks() {
	local attachment
	while read -r attachment; do
		attach_disk "${attachment%%=*}" "${attachment#*=}"
	done <"$boot/disks"
}

# The services answer under the clouds' own names, with certificates of the twin's CA.
trust_ca() {
	local target=/usr/local/share/ca-certificates/crosscloud-twin.crt
	if ! cmp --silent "$boot/ca.crt" "$target"; then
		install -D -m 644 "$boot/ca.crt" "$target"
		update-ca-certificates >/dev/null
	fi
}

# Debian publishes one image per cloud; they differ in who runs the boot script.
choose_agent() {
	case $TWIN_CLOUD in
	aws)
		systemctl --quiet disable google-startup-scripts.service
		;;
	gcp)
		touch /etc/cloud/cloud-init.disabled
		ssh-keygen -A >/dev/null
		;;
	esac
}

refuse() {
	echo "the VM does not boot: line $1 of ${0##*/} failed"
	exit 0 # any other code makes the engine start it again, to fail again
}

if [[ ${1-} == resized ]]; then
	# By its link: losetup tells devices by the name of their file, which a VM of another twin may have, too.
	losetup --set-capacity "$(realpath "/dev/disk/by-id/google-$(sed --quiet "s/^$2=//p" "$boot/disks")")"
	exit
fi

trap 'refuse $LINENO' ERR
set -E
# A VM that was powered off from inside stays off until the cloud starts it; see /usr/lib/systemd/system-shutdown/twin.
if [[ -e /.powered-off ]]; then
	rm /.powered-off
	exit 0
fi
nft -f "$boot/firewall.nft" # first, and no file means no boot: a VM is never up without its firewall
mount_cgroups
route_metadata
attach_disks
trust_ca
choose_agent
exec /sbin/init
