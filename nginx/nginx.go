// Package nginx holds the configuration of the reverse proxy in front of the
// app. The tree is installed as it stands below /etc/nginx (see nginx.conf).
package nginx

import "embed"

// Files are nginx.conf and the directory crosscloud.
//
//go:embed nginx.conf crosscloud
var Files embed.FS
