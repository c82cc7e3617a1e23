// Command kubelet-exec is a kubelet's exec endpoint for pods that are network namespaces: what the
// API server calls when somebody runs `kubectl exec`.
package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"io"
	"log"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/remotecommand"
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

func main() {
	listen := flag.String("listen", "", "address and port")
	cert := flag.String("cert", "", "serving certificate")
	key := flag.String("key", "", "key of the serving certificate")
	client := flag.String("client-cert", "", "the one client certificate that may call")
	prefix := flag.String("namespace-prefix", "", "what stands before the pod's name in the name of its network namespace")
	flag.Parse()

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
	server := &http.Server{
		Addr:              *listen,
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		TLSConfig:         &tls.Config{ClientCAs: callers, ClientAuth: tls.RequireAndVerifyClientCert, MinVersion: tls.VersionTLS12},
	}
	log.Fatal(server.ListenAndServeTLS(*cert, *key))
}
