# shellcheck shell=bash
# The data disk. It outlives this host, so nothing here may destroy what is on it.

readonly disk=/dev/disk/by-id/google-pgdata
readonly mountpoint=/var/lib/postgresql
readonly reload_systemd=/run/crosscloud/reload-systemd # exists while systemd has yet to read fstab

check_disk() {
  [[ -b $disk ]] || die "the data disk is not attached: there is no $disk"
}

# A disk is formatted only when it is blank: no signature that blkid knows, and nothing but zeros at its
# beginning. blkid alone cannot tell "nothing there" from "could not read".
#
# mkfs.ext4 writes the superblock last. Cut off before that, it leaves a disk that is neither blank nor known, so the
# disk is marked before, and holds nothing of anybody's for as long as it has the mark.
format_blank_disk() {
  local type
  type=$(filesystem TYPE)
  [[ -z $type || $type == ext4 ]] || die "the data disk holds $type, not ext4; it is left alone"
  if [[ -z $type ]]; then
    disk_is_marked || cmp --quiet --bytes=$((16 * 1024 * 1024)) "$disk" /dev/zero ||
      die 'the data disk holds something that is no known file system, or cannot be read; it is left alone'
    mark_disk "$formatting"
    # One percent for root, instead of five, is ample on a disk that only PostgreSQL writes to. To discard the disk's
    # blocks would discard the mark.
    mkfs.ext4 -q -L pgdata -m 1 -E nodiscard "$disk"
    changed 'formatted the data disk'
  fi
  # What is mounted has lost its mark before.
  if ! mountpoint --quiet "$mountpoint" && disk_is_marked; then
    mark_disk ''
  fi
}

# The mark is 96 MiB into the disk, where mkfs.ext4 writes nothing: the tables of the first block groups end at some
# 40 MiB, and the second group, with its copy of the superblock, begins at 128 MiB.
readonly formatting='crosscloud is formatting this disk' mark_block=$((96 * 1024 * 1024 / 4096))

disk_is_marked() {
  [[ $(dd if="$disk" bs=4096 skip=$mark_block count=1 status=none | tr --delete '\0') == "$formatting" ]]
}

# mark_disk TEXT
mark_disk() {
  printf '%s\0' "$1" | dd of="$disk" bs=4096 seek=$mark_block conv=sync,notrunc,nocreat,fsync status=none
}

# filesystem TAG prints what blkid reads from the disk itself, without its cache; nothing if there is none.
filesystem() {
  blkid --probe --output value --match-tag "$1" "$disk" || true
}

# The disk may have been enlarged. A mounted file system grows in place, and is whole if that is cut off.
grow_filesystem() {
  local header blocks size bytes
  bytes=$(blockdev --getsize64 "$disk")
  header=$(dumpe2fs -h "$disk" 2>/dev/null)
  blocks=$(sed -n 's/^Block count: *//p' <<<"$header")
  size=$(sed -n 's/^Block size: *//p' <<<"$header")
  ((bytes / size > blocks)) || return 0
  resize2fs "$disk"
  changed 'grew the file system to the size of the data disk'
}

# check_disk_size: the machine sees some seconds after Google does that the disk was enlarged. The next run grows it.
check_disk_size() {
  local bytes wanted
  bytes=$(blockdev --getsize64 "$disk")
  wanted=$(jq .dataDiskGb desired.json)
  ((bytes >= wanted << 30)) || die "the data disk has $((bytes >> 30)) GB, and not $wanted yet"
}

mount_disk() {
  local uuid line
  uuid=$(filesystem UUID)
  # nofail: a host that cannot mount its disk must still boot, or it could never say so. PostgreSQL's unit
  # waits for the mount by itself.
  line="UUID=$uuid $mountpoint ext4 noatime,discard,nofail,x-systemd.device-timeout=60s 0 2"
  if ! grep --quiet --line-regexp --fixed-strings "$line" /etc/fstab; then
    touch "$reload_systemd"
    {
      awk -v mountpoint="$mountpoint" '$2 != mountpoint' /etc/fstab
      echo "$line"
    } >/etc/fstab.new
    mv /etc/fstab.new /etc/fstab
    changed "/etc/fstab mounts $mountpoint"
  fi
  # systemd makes a unit of the line when it is told to look.
  if [[ -e $reload_systemd ]]; then
    systemctl daemon-reload
    rm "$reload_systemd"
  fi
  if ! mountpoint --quiet "$mountpoint"; then
    mkdir -p "$mountpoint"
    mount "$mountpoint"
    changed "mounted $mountpoint"
  fi
  [[ $(realpath "$(findmnt --noheadings --output SOURCE --mountpoint "$mountpoint")") == $(realpath "$disk") ]] ||
    die "something else than the data disk is mounted on $mountpoint"
}
