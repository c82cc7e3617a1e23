import { HumanDuration } from '@backstage/types';

export interface Config {
  istioJwt?: {
    /** Clusters to read. Absent: `kubernetes.clusterLocatorMethods` of type `config` with service accounts. */
    clusters?: Array<{
      /** Referred to by the annotation `backstage.io/kubernetes-cluster`. */
      name: string;
      /** Shown to people. Default: the name. */
      title?: string;
      /** The embedded mesh: shown as such everywhere. */
      sandbox?: boolean;
      /** Address of the API server. Exactly one of `url`, `kubeconfig` and `inCluster`. */
      url?: string;
      /** Path of a kubeconfig file. */
      kubeconfig?: string;
      /** Context of the kubeconfig. Default: its current context. */
      context?: string;
      /** Use the service account that the backend runs with. */
      inCluster?: boolean;
      /** @visibility secret */
      serviceAccountToken?: string;
      /** PEM certificate authority, base64 encoded. */
      caData?: string;
      /** Path of a PEM certificate authority. */
      caFile?: string;
      /** Does not check the API server's certificate. For tries only. Default: false. */
      skipTLSVerify?: boolean;
      /** Read only these namespaces, and the root namespace. Default: all. */
      namespaces?: string[];
      /**
       * Istio's root namespace, which is the one that istiod runs in unless its mesh config says otherwise: its policies
       * count for the whole mesh, and its mesh config is read. On AKS: aks-istio-system. Default: istio-system.
       */
      rootNamespace?: string;
      /** Istio's trust domain. Default: cluster.local. */
      trustDomain?: string;
      /** Where probes reach a gateway, when neither a load balancer nor a NodePort tells. */
      gateways?: Array<{
        match: {
          /** Of the gateway's workload. */
          namespace: string;
          /** Name of the gateway's workload, its Service or the Gateway resource. */
          name: string;
          /** Port of the Gateway's server. Default: all. */
          port?: number;
        };
        /** host:port */
        address: string;
        /** PEM bundle that signs the gateway's certificate. */
        caFile?: string;
      }>;
      /**
       * Reach a gateway that has no address by port-forward through the API server, as a last resort. Needs `get` and
       * `create` of `pods/portforward` in the gateway's namespace. Default: false.
       */
      portForward?: boolean;
      /**
       * Pods inside the mesh that probes may be sent from, by running curl in them. Needs `get` and `create` of
       * `pods/exec` there. Every service account among them is an identity that is probed with, four at most.
       * Default: none, and ways in inside the mesh are not probed.
       */
      probers?: Array<{
        /** Where Pods may be used. Whoever may write Pods there can read the probes. */
        namespace: string;
        /** Of the Pods. Default: app.kubernetes.io/name=istio-jwt-prober. */
        labelSelector?: string;
        /** One that has curl 7.63 or newer. Default: the first that is not istio-proxy. */
        container?: string;
      }>;
    }>;
    probes?: {
      /** Default: true. */
      enabled?: boolean;
      /**
       * CIDR ranges that probes may connect to. Default: every unicast address but loopback. With a list: only these,
       * and loopback where listed. Link-local, metadata and multicast addresses are always refused.
       */
      allowedAddresses?: string[];
      /** Per request. Default: 5 s, at most 30 s. */
      timeout?: HumanDuration | string;
      /**
       * Requests at once, over all runs. Default: 4. Gateways take turns; those that took more than a second for an
       * answer within the last minute share half of it. Operations may have one more.
       */
      maxConcurrency?: number;
      /** Requests per second to one gateway address. Default: 10. */
      ratePerGateway?: number;
      /**
       * Vectors that are only sent where they are named here. `header-oversized`: a header of more than 60 KiB, which
       * some load balancers take for an attack. `fallback-key`: a token signed with the key that istiod before 1.27.8,
       * 1.28.5 and 1.29.1 put in the place of key sets it could not read, and that was published (CVE-2026-31837);
       * needs `fallbackKey`.
       * `claim-header-spoofed`: a header that the proxy writes claims into, written by the probe; tells something
       * where the service answers with the headers that it got.
       */
      optIn?: string[];
      /**
       * Private JWK, as JSON, for the vector `fallback-key`.
       * @visibility secret
       */
      fallbackKey?: string;
      /** By which gateways' logs tell probes apart. Default: backstage-istio-jwt-probe/1. */
      userAgent?: string;
      /** Bytes read of an answer. Default and maximum: 65536. */
      maxResponseBytes?: number;
      /** PEM bundle trusted for https gateways, next to Node's own roots. */
      caFile?: string;
    };
    /** Reading of issuers' key sets, to tell whether istiod can have them. */
    jwks?: {
      /**
       * Hosts that may be asked for discovery documents and key sets: `login.example.com`, `*.example.com` (every
       * name below), `keys.internal:8443`. Without a port the scheme's own alone; with `http://` in front keys
       * without TLS. Default: none, and every issuer is shown as not checked.
       */
      allowedHosts?: string[];
      /**
       * CIDR ranges that these hosts may resolve to. Default: every unicast address but loopback. With a list: only
       * these, and loopback where listed. Link-local, metadata, multicast and API server addresses are always refused.
       */
      allowedAddresses?: string[];
      /**
       * Longest pause between two reads of a key set, from 10 seconds to 24 hours. Default: 45 s. One that fails and
       * that nobody looks at is read ever more rarely, up to 15 minutes apart.
       */
      interval?: HumanDuration | string;
      /** PEM bundle trusted for these hosts, next to Node's own roots. */
      caFile?: string;
    };
    observations?: {
      /** Age at which probe runs and changes of state are deleted. Default: 90 days. */
      retention?: HumanDuration | string;
    };
    /** Rounds of probes over all entities, without anybody asking. */
    schedule?: {
      /** Default: true. */
      enabled?: boolean;
      /** From round to round; entities are spread over it. From 10 seconds to 7 days. Default: 1 hour. */
      interval?: HumanDuration | string;
      /**
       * Catalog filter of the entities that take part, or a list of filters of which one has to match. Default: every
       * entity with `backstage.io/kubernetes-label-selector` or `backstage.io/kubernetes-id`.
       */
      entities?:
        | { [key: string]: string | string[] }
        | Array<{ [key: string]: string | string[] }>;
      /** `essential`: six that tell the most. Default: essential. */
      vectors?: 'essential' | 'all';
      /** Age at which scheduled runs in which nothing disagreed are deleted. Default: 7 days. */
      retention?: HumanDuration | string;
      /** When no scheduled probe is sent. */
      maintenance?: Array<{
        /** Name of a cluster. Default: all. */
        cluster?: string;
        /** On which it begins, such as `monday` or `mon`. Default: every day. */
        days?: string[];
        /** Time of day, such as '22:30'. */
        from: string;
        /** Time of day, up to '24:00'. Before `from`: on the next day. */
        to: string;
        /** IANA name, such as Europe/Berlin. */
        timezone: string;
      }>;
    };
    /** To owners of entities whose protection opens or closes. */
    notifications?: {
      /** Default: true. */
      enabled?: boolean;
      /** How long a state has to hold before its owner is told. Default: 1 minute. */
      holdFor?: HumanDuration | string;
    };
    /**
     * Whose the Services of namespaces are. Annotations prove nothing: whoever writes an entity can write any. In a
     * namespace that a rule is about, only entities of its owners mean Services, and have them shown, probed, counted
     * and planned for. Default: none, and annotations alone decide.
     */
    ownership?: Array<{
      /** Names of clusters. Default: all. */
      clusters?: string[];
      /**
       * `payments`, or with a star for the beginning or the end: `payments-*`, `*-payments`, `*`. Of several rules about
       * a namespace, each lets its owners in.
       */
      namespaces: string[];
      /** Entity refs of groups and users to which an entity has the relation `ownedBy`. */
      owners: string[];
    }>;
    /** Making ways in require a token, from the entity page. */
    enablement?: {
      /** Default: false, and nothing is planned or written. What has begun is still brought to its end. */
      enabled?: boolean;
      /**
       * `direct`: by server-side apply, with the credentials of the cluster. `copy`: the portal writes nothing and
       * gives YAML and commands. `pull-request`: as `copy`, and a software template opens a pull request. Default:
       * direct, within `namespaces`.
       */
      writeMode?: 'direct' | 'copy' | 'pull-request';
      /**
       * Where pull requests go: with `writeMode: pull-request`, and, where it is given, also for places that Argo CD
       * or Flux keeps and for what is outside `namespaces`. Default: those are given as YAML to copy.
       */
      pullRequest?: {
        /** Entity ref of the software template. Default: template:default/istio-jwt-pull-request. */
        template?: string;
        /** As publishing actions take it, such as github.com?owner=shop&repo=clusters. Default: people choose. */
        repoUrl?: string;
        /** Folder of the repository. Default: istio-jwt. */
        directory?: string;
      };
      /** Clusters that are written in another way, by their names. What is left out is as above. */
      clusters?: Array<{
        /** One of `istioJwt.clusters`. */
        name: string;
        /** Of this cluster. */
        writeMode?: 'direct' | 'copy' | 'pull-request';
        pullRequest?: {
          /** Of this cluster. */
          template?: string;
          /** Of this cluster. */
          repoUrl?: string;
          /** Of this cluster. */
          directory?: string;
        };
      }>;
      /**
       * Namespaces that may be written to, as `namespace` or `cluster/namespace`: those of gateways, and of workloads
       * that are to ask for tokens themselves. Default: none.
       */
      namespaces?: string[];
      /**
       * `report`: while a policy is tried as a dry run, the statistics of its proxies are read through the API server
       * (with `portForward` of the cluster), and the operation says how many requests it would have refused. `hold`:
       * also stops there where it would have refused any that were not the portal's own probes, or where that
       * could not be read, until somebody with istio-jwt.enablement.create has it enforced or gives it up. Default:
       * report.
       */
      shadow?: 'off' | 'report' | 'hold';
      /**
       * Hosts for which people may have routes created, where a service has none. A route is written to the namespace
       * of its service, and, where a gateway workload has no server for the host, an Istio Gateway to that of the
       * workload: both have to be among `namespaces`. Default: none, so that no route is ever created.
       */
      hosts?: Array<{
        /** Exact, or `*.suffix` for every name below it, such as `*.apps.example.com`. */
        pattern: string;
        /** Default: every cluster. */
        clusters?: string[];
        /** Gateways, or gateway workloads, as `namespace/name`. Default: every one. */
        gateways?: string[];
      }>;
      /** What may be trusted. People choose by name; an address of theirs never reaches istiod. Default: none. */
      issuers?: Array<{
        /** By which people choose it. */
        name: string;
        /** Exact `iss`. */
        issuer: string;
        /** Where istiod reads the keys. Default: by OpenID Connect discovery. */
        jwksUri?: string;
        /** Any of these has to be in `aud`. Default: any audience, which each plan warns of. */
        audiences?: string[];
        /** Headers that hold the token. Default: `Authorization: Bearer`, and `access_token` in the query. */
        fromHeaders?: Array<{
          /** Of the header. */
          name: string;
          /** In front of the token, with its space, such as `Bearer `. Default: none. */
          prefix?: string;
        }>;
        /** Claims that a token has to carry, each with one of its values. */
        claims?: Array<{
          /** Of the claim, at the top level of the token. */
          name: string;
          /** Any of these. */
          values: string[];
        }>;
      }>;
      approval?: {
        /**
         * Plans that touch proxies of more other hosts than this wait for somebody with istio-jwt.enablement.approve.
         * Default: 0, so that every plan on a shared gateway does.
         */
        otherHosts?: number;
        /** Whether who asked may approve too. Default: false. */
        allowSelf?: boolean;
        /**
         * Entity refs of users and groups that are told of what waits for an approval. It gives them no permission.
         * Default: nobody.
         */
        notify?: string[];
      };
      deadlines?: {
        /** How long a plan can be started. Default: 15 minutes. */
        plan?: HumanDuration | string;
        /** How long an operation waits for its approval. Default: 3 days. */
        approval?: HumanDuration | string;
        /**
         * How long an operation that is held (`shadow: hold`) waits for a decision, its gateway reserved; then it is
         * taken back. Default: 1 day.
         */
        hold?: HumanDuration | string;
        /** How long a plan that became a pull request may take until it stands in the cluster. Default: 14 days. */
        merge?: HumanDuration | string;
        /** Of each wait for proxies to follow, or for the API server. Default: 2 minutes. */
        propagation?: HumanDuration | string;
        /** How long traffic is counted while a policy is tried, at most 10 minutes. Default: 15 seconds. */
        shadow?: HumanDuration | string;
        /** From begin to end. What takes longer is taken back. Default: 30 minutes. */
        operation?: HumanDuration | string;
        /** How long taking back is tried. Default: 10 minutes. */
        rollback?: HumanDuration | string;
      };
      quotas?: {
        /** Operations of one entity begun within 24 hours. Default: 10. */
        perEntityPerDay?: number;
        /** Operations at once. Default: 3. */
        running?: number;
        /** Plans that one caller can have made, looked at again, started or approved within a minute, per replica. Default: 30. */
        plansPerMinute?: number;
      };
    };
    /** What is kept of all services over time, and exceptions. */
    coverage?: {
      /** How often the catalog is asked which entities claim services. Default: 1 minute. */
      catalogInterval?: HumanDuration | string;
      /** How long daily records are kept. Default: 400 days. */
      retention?: HumanDuration | string;
      /** What people with istio-jwt.owners.notify can have owners told, from the coverage page. */
      ownerNotices?: {
        /** Default: true, unless notifications are off. */
        enabled?: boolean;
        /** Time in which nobody is told of the same again. Default: 7 days. */
        quietPeriod?: HumanDuration | string;
        /** Owners told at once. Default: 200. */
        maxOwners?: number;
        /** Notices that one owner gets within 24 hours. Default: 5. */
        perOwnerPerDay?: number;
        /** How often one person can have owners told within 24 hours. Default: 20. */
        perSenderPerDay?: number;
      };
      /** Once a week, owners hear what changed about their services. */
      digest?: {
        /** Default: true, unless notifications are off. */
        enabled?: boolean;
        /** Such as `monday`, which is the default. */
        day?: string;
        /** Time of day, in quotes. Default: '08:00'. */
        time?: string;
        /** Name of the IANA database, such as Europe/Berlin. Default: UTC. */
        timezone?: string;
        /** Entity refs of users and groups that hear of all services. Default: none. */
        platformTeam?: string[];
      };
      exceptions?: {
        /** Whether who asks for an exception may approve it too. Default: false. */
        allowSelfApproval?: boolean;
        /** How far away the end of an exception may be. Default: 365 days. */
        maxDuration?: HumanDuration | string;
      };
    };
    /** Where valid tokens for probes come from. */
    tokenSources?: Array<{
      /** Exact `iss`. Optional for sandboxMint only. */
      issuer?: string;
      /**
       * Hosts that may see the token, such as `api.example.com` or `*.example.com`. Absent: every host that is
       * probed, so set it wherever others may attach routes to your gateways. Over plain http a gateway cannot
       * show that it serves a host, so the token is then sent over https, or to `gateways`.
       */
      hosts?: string[];
      /**
       * Gateways that may see the token, over http too: `namespace/name` of the gateway's workload, or of a Gateway
       * resource in the workload's own namespace, or `namespace/*`. No other gateway gets it. Absent: every gateway,
       * or those with https where `hosts` is set.
       */
      gateways?: string[];
      /**
       * A valid token.
       * @visibility secret
       */
      static?: string;
      /**
       * Private JWK, as JSON, of a test issuer.
       * @visibility secret
       */
      signingJwk?: string;
      /** OAuth 2.0 client credentials (RFC 6749 section 4.4). The token is kept in memory until shortly before its end. */
      clientCredentials?: {
        /** https; http for loopback, or with `allowInsecureHttp`. */
        tokenUrl: string;
        /** RFC 6749 section 2.2. */
        clientId: string;
        /** @visibility secret */
        clientSecret: string;
        /** How the client shows its secret: `basic` (default) or `post`. */
        authentication?: 'basic' | 'post';
        /** RFC 6749 section 3.3, divided by spaces. Default: what the issuer gives. */
        scope?: string;
        /** Parameter `audience`, which some issuers want. */
        audience?: string;
        /** Parameter `resource` (RFC 8707), one or several. */
        resource?: string | string[];
        /** Sends the secret over plain http. Default: false. */
        allowInsecureHttp?: boolean;
        /** PEM bundle trusted for the token endpoint, next to Node's own roots. */
        caFile?: string;
      };
      /** Token endpoint of the embedded mesh. */
      sandboxMint?: string;
    }>;
  };
}
