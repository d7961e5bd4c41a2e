package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"text/template"

	"crosscloud/app/pgdev"
)

// nginx serves one file and logs nothing: as fast as a web server gets.
type nginx struct {
	url    string
	cmd    *exec.Cmd
	stderr bytes.Buffer
}

// Its own temporary directories, for the package's are not everybody's to write to.
var nginxConfig = template.Must(template.New("nginx.conf").Parse(`
daemon off;
worker_processes auto;
pid {{.Dir}}/nginx.pid;
error_log stderr crit;
events { worker_connections 256; }
http {
    access_log off;
    default_type "text/html; charset=utf-8";
    sendfile on;
    keepalive_requests 100000000;
    open_file_cache max=10;
    client_body_temp_path {{.Dir}}/tmp;
    proxy_temp_path {{.Dir}}/tmp;
    fastcgi_temp_path {{.Dir}}/tmp;
    uwsgi_temp_path {{.Dir}}/tmp;
    scgi_temp_path {{.Dir}}/tmp;
    server {
        listen {{.Listen}};
        root {{.Dir}}/html;
    }
}
`))

func nginxProgram() (string, error) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/nginx") // not on the PATH of ordinary users
	}
	if err != nil {
		return "", fmt.Errorf("nginx is not installed (apt-get install --no-install-recommends nginx): %w", err)
	}
	return path, nil
}

// startNginx serves the page under /page, with its files in dir.
func startNginx(ctx context.Context, dir string, page []byte) (*nginx, error) {
	program, err := nginxProgram()
	if err != nil {
		return nil, err
	}
	port, err := pgdev.FreePort()
	if err != nil {
		return nil, err
	}
	listen := fmt.Sprintf("127.0.0.1:%d", port)
	if err := os.MkdirAll(filepath.Join(dir, "html"), 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "html", "page"), page, 0o644); err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := nginxConfig.Execute(&text, map[string]string{"Dir": dir, "Listen": listen}); err != nil {
		return nil, err
	}
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, text.Bytes(), 0o644); err != nil {
		return nil, err
	}
	n := &nginx{url: "http://" + listen, cmd: exec.Command(program, "-p", dir, "-c", config, "-e", "stderr")}
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	n.cmd.Stderr = &n.stderr
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	if err := await(ctx, n.url+"/page", ""); err != nil {
		n.stop()
		return nil, fmt.Errorf("nginx: %w\n%s", err, &n.stderr)
	}
	return n, nil
}

func (n *nginx) page() []request { return []request{get(n.url, "/page", "")} }

func (n *nginx) stop() {
	n.cmd.Process.Signal(syscall.SIGTERM)
	n.cmd.Wait()
}
