#!/usr/bin/env bash
# Prepares a cluster with Istio for the Backstage plugin istio-jwt, and prints the portal's settings for it.
#
# It makes the namespace and service account `backstage/backstage`, gives it the shipped rights to read, and
# opts in a prober inside the mesh. It can be repeated. Settings go to standard output, all else to standard
# error. The token of the account is not printed: the settings name an environment variable.
set -euo pipefail

readonly USAGE='quickstart.sh [--kind NAME] [--context NAME] [--name NAME] [--without-prober] > app-config.istio-jwt.yaml

  --kind NAME        first make a kind cluster of that name and install Istio (needs kind and istioctl)
  --context NAME     context of the kubeconfig; default: the current one
  --name NAME        how the portal calls the cluster; default: the context
  --without-prober   nothing inside the mesh to send probes from'
readonly NAMESPACE=backstage ACCOUNT=backstage PROBER=istio-jwt-prober PATIENCE=${PATIENCE:-120s}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly manifests=${MANIFESTS:-$here/../../plugins/istio-jwt-backend/manifests}

say() { printf '› %s\n' "$*" >&2; }
fail() {
  printf '✗ %s\n' "$*" >&2
  exit 1
}
need() { command -v "$1" >/dev/null || fail "$1 is not on the PATH. $2"; }

kind_name='' context='' name='' prober=yes
while (($#)); do
  case $1 in
    --kind | --context | --name)
      [[ -n ${2:-} ]] || fail "$1 needs a value."
      case $1 in
        --kind) kind_name=$2 ;;
        --context) context=$2 ;;
        --name) name=$2 ;;
      esac
      shift 2
      ;;
    --without-prober) prober=no && shift ;;
    -h | --help) printf '%s\n' "$USAGE" && exit 0 ;;
    *) fail "Unknown option $1."$'\n'"$USAGE" ;;
  esac
done

make_cluster() {
  need kind 'See https://kind.sigs.k8s.io.'
  need istioctl 'See https://istio.io/latest/docs/setup/getting-started/.'
  if ! kind get clusters 2>/dev/null | grep -qx "$kind_name"; then
    say "A kind cluster named $kind_name is made."
    kind create cluster --name "$kind_name" >&2
  fi
  context=kind-$kind_name
  say 'Istio is installed.'
  # With Istio's CNI plugin Pods need no NET_ADMIN, so that the level `restricted` can be enforced.
  istioctl install --context "$context" --set components.cni.enabled=true -y >&2
}

need kubectl 'See https://kubernetes.io/docs/tasks/tools/.'
[[ -z $kind_name ]] || make_cluster
context=${context:-$(kubectl config current-context)} || fail 'The kubeconfig has no current context: give one with --context.'
name=${name:-$context}
[[ $name =~ ^[A-Za-z0-9._@:/-]+$ ]] || fail "\"$name\" is no name for a cluster: give one with --name."
k() { kubectl --context "$context" "$@"; }

k get --raw /version >/dev/null || fail "The API server of $context does not answer."
k get crd authorizationpolicies.security.istio.io -o name >/dev/null 2>&1 ||
  fail "$context has no Istio: AuthorizationPolicy is not known there. --kind makes a cluster that has."

say "The account $NAMESPACE/$ACCOUNT is made, with the rights to read."
for object in "namespace $NAMESPACE" "serviceaccount $ACCOUNT --namespace $NAMESPACE"; do
  # shellcheck disable=SC2086 # the words of a command
  k create $object --dry-run=client -o yaml | k apply -f - >&2
done
k apply -f "$manifests/read-rbac.yaml" >&2
if [[ $prober == yes ]]; then
  say 'A prober inside the mesh is set up: a Pod with curl that only waits.'
  k apply -f "$manifests/prober.yaml" >&2
  if [[ -n $(k get daemonsets -A -l k8s-app=istio-cni-node -o name) ]]; then
    say 'Istio runs its CNI plugin: Pods of the prober are held to the level restricted.'
    k label namespace "$PROBER" --overwrite pod-security.kubernetes.io/enforce=restricted >&2
  fi
  k -n "$PROBER" rollout status deployment/istio-jwt-prober --timeout "$PATIENCE" >&2 ||
    say "The prober is not ready; without it the mesh is not probed from inside. Why: kubectl --context '$context' -n $PROBER get events"
fi

# A token is of this account only where the cluster really gives one.
k --namespace "$NAMESPACE" create token "$ACCOUNT" --duration 10m >/dev/null ||
  fail 'The cluster gives no token for the account.'
cluster() {
  k config view --minify --raw --flatten -o "jsonpath={.clusters[0].cluster['$1']}"
}
server=$(cluster server)
ca=$(cluster certificate-authority-data)
node=$(k get nodes -o "jsonpath={.items[0].status.addresses[?(@.type=='InternalIP')].address}" 2>/dev/null || true)

cat <<EOF
# Made by quickstart.sh for $context.
istioJwt:
  clusters:
    - name: '$name'
      url: '$server'
      serviceAccountToken: \${K8S_TOKEN}
EOF
[[ -z $ca ]] || printf "      caData: '%s'\n" "$ca"
[[ $prober == no ]] || printf '      probers:\n        - namespace: %s\n' "$PROBER"
case $node in
  127.*) cat <<EOF ;;
  probes:
    # The gateways' node is this machine, which is never asked unless it is listed.
    allowedAddresses: ['$node/32']
EOF
esac

say 'Give the portal a token for a day (a Secret of the account is for longer), and start it with both files:'
cat >&2 <<EOF
    export K8S_TOKEN=\$(kubectl --context '$context' -n $NAMESPACE create token $ACCOUNT --duration 24h)
    yarn start --config app-config.yaml --config app-config.istio-jwt.yaml
EOF
services=$(
  k get services -A -o 'go-template={{range .items}}{{if .spec.selector}}{{.metadata.namespace}} {{.metadata.name}} {{$first := true}}{{range $k, $v := .spec.selector}}{{if not $first}},{{end}}{{$k}}={{$v}}{{$first = false}}{{end}}{{"\n"}}{{end}}{{end}}' |
    { grep -vE "^(kube-system|istio-system|$PROBER) " || true; } | sed -n 1,5p
)
if [[ -z $services ]]; then
  say 'No Service of yours is in the cluster yet. Deploy one in a namespace of the mesh, and run this again.'
  exit 0
fi
say 'Annotations of the catalog entities, with the labels that your Services select:'
while read -r namespace service labels; do
  cat >&2 <<EOF
    # $service
    backstage.io/kubernetes-namespace: $namespace
    backstage.io/kubernetes-label-selector: $labels
EOF
done <<<"$services"
