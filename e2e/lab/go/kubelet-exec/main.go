// Command kubelet-exec is a kubelet's exec and port-forward endpoints for pods that are network
// namespaces: what the API server calls when somebody runs `kubectl exec` or `kubectl port-forward`.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/remotecommand"
	"k8s.io/kubelet/pkg/cri/streaming/portforward"
	rc "k8s.io/kubelet/pkg/cri/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

type namespaces struct{ prefix string }

// ExecInContainer runs cmd inside the namespace of the pod, without root's rights.
func (n namespaces) ExecInContainer(ctx context.Context, name string, _ types.UID, _ string, cmd []string, in io.Reader, out, errOut io.WriteCloser, _ bool, _ <-chan remotecommand.TerminalSize, _ time.Duration) error {
	enter := []string{"netns", "exec", n.prefix + name, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"}
	c := exec.CommandContext(ctx, "ip", append(enter, cmd...)...)
	c.Stdin, c.Stdout, c.Stderr = in, out, errOut
	err := c.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		// Without this type the API server reports an internal error instead of the exit code.
		return utilexec.CodeExitError{Err: err, Code: exit.ExitCode()}
	}
	return err
}

// PortForward connects to a port inside the namespace of the pod: this program, run in there, does.
func (n namespaces) PortForward(ctx context.Context, name string, _ types.UID, port int32, stream io.ReadWriteCloser) error {
	defer stream.Close()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	c := exec.CommandContext(ctx, "ip", "netns", "exec", n.prefix+name, self, "-dial", fmt.Sprintf("127.0.0.1:%d", port))
	c.Stdout = stream
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return err
	}
	go func() {
		io.Copy(in, stream)
		in.Close()
	}()
	return c.Wait()
}

// dial carries standard input to an address, and what comes from there to standard output.
func dial(address string) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		io.Copy(conn, os.Stdin)
		conn.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(os.Stdout, conn)
}

func main() {
	target := flag.String("dial", "", "for PortForward: an address to carry standard input and output to")
	listen := flag.String("listen", "", "address and port")
	cert := flag.String("cert", "", "serving certificate")
	key := flag.String("key", "", "key of the serving certificate")
	client := flag.String("client-cert", "", "the one client certificate that may call")
	prefix := flag.String("namespace-prefix", "", "what stands before the pod's name in the name of its network namespace")
	flag.Parse()
	if *target != "" {
		dial(*target)
		return
	}

	// Whoever may call this runs commands on the machine: only the API server's own certificate will do.
	pem, err := os.ReadFile(*client)
	if err != nil {
		log.Fatal(err)
	}
	callers := x509.NewCertPool()
	if !callers.AppendCertsFromPEM(pem) {
		log.Fatal("no certificate in ", *client)
	}

	mux := http.NewServeMux()
	mux.HandleFunc("/exec/", func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/exec/"), "/")
		if len(parts) < 3 {
			http.Error(w, "want /exec/namespace/pod/container", http.StatusNotFound)
			return
		}
		opts, err := rc.NewOptions(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		// The newest subprotocol that this endpoint and the API server were seen to agree on.
		rc.ServeExec(w, r, namespaces{*prefix}, parts[1], "", parts[2], r.URL.Query()["command"], opts, time.Minute, 30*time.Second, []string{"v4.channel.k8s.io"})
	})
	mux.HandleFunc("/portForward/", func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/portForward/"), "/")
		if len(parts) < 2 {
			http.Error(w, "want /portForward/namespace/pod", http.StatusNotFound)
			return
		}
		opts, err := portforward.NewV4Options(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		portforward.ServePortForward(w, r, namespaces{*prefix}, parts[1], "", opts, time.Minute, 30*time.Second, portforward.SupportedProtocols)
	})
	server := &http.Server{
		Addr:              *listen,
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		TLSConfig:         &tls.Config{ClientCAs: callers, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12},
	}
	log.Fatal(server.ListenAndServeTLS(*cert, *key))
}
