//! Two real instances on loopback, and a wire between them that loses replies when it is told to.

use butterfly_console::client::{Client, ClientError};
use butterfly_console::instance::{Instance, NewInstance, Tls};
use butterfly_console::model::{Endpoint, Grant, InstanceName, Timestamp};
use butterfly_console::protocol::{CallContext, Code, CredentialForm, HeldCredential, Query, Reply};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What the held credential of every test is called.
pub const NAME: &str = "to-beta";

/// A hosted instance that can be stopped and opened again.
pub struct Running {
    pub instance: Arc<Instance>,
    folder: PathBuf,
    home: Arc<TempDir>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub async fn start(name: &str) -> Self {
        Self::start_as(name, None, None).await
    }

    /// An instance that shows an own certificate.
    pub async fn start_tls(name: &str) -> Self {
        Self::start_as(name, None, Some(Tls::Own)).await
    }

    /// An instance that is reached through a wire.
    pub async fn start_behind(name: &str, wire: &Wire) -> Self {
        let running = Self::start_as(name, Some(wire.endpoint.clone()), None).await;
        wire.lead_to(running.instance.settings().listen);
        running
    }

    async fn start_as(name: &str, endpoint: Option<Endpoint>, tls: Option<Tls>) -> Self {
        let home = Arc::new(TempDir::new().unwrap());
        let folder = home.path().join(name);
        let new = NewInstance {
            key: Default::default(),
            name: InstanceName::parse(name).unwrap(),
            listen: "127.0.0.1:0".parse().unwrap(),
            endpoint,
            insecure_http: false,
            tls,
        };
        Instance::create(&folder, new).await.unwrap();
        Self::open(folder, home).await
    }

    async fn open(folder: PathBuf, home: Arc<TempDir>) -> Self {
        let instance = Instance::open(&folder, None).await.unwrap();
        let listener = instance.bind().await.unwrap();
        let stop = CancellationToken::new();
        let serving = (Arc::clone(&instance), stop.clone());
        let task = tokio::spawn(async move { serving.0.serve(listener, serving.1).await.unwrap() });
        Self {
            instance,
            folder,
            home,
            stop,
            task,
        }
    }

    /// Stops; what is left is the folder.
    pub async fn stop(self) -> Stopped {
        self.stop.cancel();
        self.task.await.unwrap();
        self.instance.close().await;
        Stopped {
            folder: self.folder,
            home: self.home,
        }
    }

    pub async fn restart(self) -> Self {
        self.stop().await.start().await
    }

    pub fn address(&self) -> SocketAddr {
        self.instance.settings().listen
    }

    /// Asks as the owner, in process.
    pub async fn ask(&self, action: &str, parameters: Value) -> Reply {
        let query = Query::new(action, parameters);
        self.instance.invoke_as_owner(&query, &context()).await
    }

    /// The result of what the owner asks; it must succeed.
    pub async fn get(&self, action: &str, parameters: Value) -> Value {
        let reply = self.ask(action, parameters).await;
        assert!(reply.is_success(), "{action}: {}", reply.to_value());
        reply.into_result().unwrap()
    }

    /// The problem that the owner is told; there must be one.
    pub async fn fails(&self, action: &str, parameters: Value) -> (Code, Value) {
        let reply = self.ask(action, parameters).await;
        let value = reply.to_value();
        (reply.code().unwrap_or_else(|| panic!("{action}: {value}")), value)
    }

    /// Makes an offer for an instance that calls itself alpha.
    pub async fn offer(&self, delivery: &str, verify_first: bool) -> Value {
        let grant = Grant::read(["get_graph_stats", "get_pointer_summary"]);
        let parameters = json!({
            "label": "alpha's people", "app_id": "alpha", "profile": "native", "holders": ["instance"],
            "grant": grant, "delivery": delivery, "verify_first": verify_first,
        });
        self.get("create_offer", parameters).await
    }

    /// Has this instance hold what an offer has for it; gives a connection that relays through it.
    pub async fn hold(&self, offer: &Value) -> String {
        let bundled = &offer["credentials"][0];
        let parameters = json!({
            "name": NAME, "form": bundled["form"], "grant": bundled["grant"], "identity": offer["identity"],
            "offer": offer["offer"]["id"], "offer_ends": offer["offer"]["expires_at"],
            "delivery": offer["offer"]["delivery"], "verify_first": offer["verify_first"], "peer_name": "beta",
        });
        self.get("hold_credential", parameters).await;
        let domain = self.get("create_domain", json!({"name": "joined"})).await;
        let parameters =
            json!({"domain_id": domain["domain"]["id"], "name": "beta", "held_credential": NAME});
        let made = self.get("create_connection", parameters).await;
        made["connection"]["id"].as_str().unwrap().to_owned()
    }

    /// Relays a query to beta.
    pub async fn relay(&self, connection: &str) -> Reply {
        self.ask(
            "relay",
            json!({"connection_id": connection, "query": {"action": "get_graph_stats"}}),
        )
        .await
    }

    /// What this instance says of the credential that it holds.
    pub async fn held(&self) -> Value {
        let list = self.get("list_held_credentials", json!({})).await;
        list["credentials"][0].clone()
    }

    /// What this instance says of the credential that it issued in an offer.
    pub async fn issued(&self, offer: &Value) -> Value {
        let list = self.get("list_credentials", json!({})).await;
        let credentials = list["credentials"].as_array().unwrap();
        let name = &offer["credentials"][0]["name"];
        let found = credentials.iter().find(|credential| credential["name"] == *name);
        found.unwrap_or_else(|| panic!("{name} in {list}")).clone()
    }

    /// `action outcome reason` of every record about a subject, oldest first.
    pub async fn trail(&self, subject: &str) -> Vec<String> {
        let audit = self.get("get_audit", json!({"limit": 1000})).await;
        let records = audit["records"].as_array().unwrap();
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        records
            .iter()
            .rev()
            .filter(|record| record["subject"] == *subject)
            .map(|record| {
                let (action, outcome) = (text(&record["action"]), text(&record["outcome"]));
                format!("{action} {outcome} {}", text(&record["reason"]))
            })
            .collect()
    }
}

/// The folder of an instance that does not run.
pub struct Stopped {
    pub folder: PathBuf,
    home: Arc<TempDir>,
}

impl Stopped {
    pub async fn start(self) -> Running {
        Running::open(self.folder, self.home).await
    }
}

/// A call that begins now.
pub fn context() -> CallContext {
    CallContext::begin(Timestamp::now(), 30)
}

/// The credential of an offer as whoever read its bundle has it.
pub fn bundled(offer: &Value) -> HeldCredential {
    let form = offer["credentials"][0]["form"].to_string();
    CredentialForm::from_json(form.as_bytes())
        .unwrap()
        .into_held()
        .unwrap()
}

/// Calls as somebody with this credential.
pub async fn call(
    credential: &HeldCredential,
    action: &str,
    parameters: Value,
) -> Result<Reply, ClientError> {
    let query = Query::new(action, parameters);
    let exchange = Client::new().invoke(credential, &query, &context()).await?;
    Ok(exchange.reply)
}

/// Alpha and beta, and a connection of alpha's to beta that awaits its activation.
pub async fn joined(verify_first: bool) -> (Running, Running, Value, String) {
    let (alpha, beta) = (Running::start("alpha").await, Running::start("beta").await);
    let offer = beta.offer("passphrase", verify_first).await;
    let connection = alpha.hold(&offer).await;
    (alpha, beta, offer, connection)
}

/// The people of both sides say that the words match.
pub async fn agree(alpha: &Running, beta: &Running, offer: &Value) {
    let matched = json!({"name": NAME, "match": true});
    alpha.get("verify_held_credential", matched).await;
    beta.get(
        "confirm_words",
        json!({"id": offer["offer"]["id"], "match": true}),
    )
    .await;
}

/// The same, activated.
pub async fn active() -> (Running, Running, Value, String) {
    let (alpha, beta, offer, connection) = joined(true).await;
    agree(&alpha, &beta, &offer).await;
    alpha.get("activate_held_credential", json!({"name": NAME})).await;
    (alpha, beta, offer, connection)
}

/// A stretch of wire that loses replies.
pub struct Wire {
    pub endpoint: Endpoint,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    leads_to: std::sync::Mutex<Option<SocketAddr>>,
    to_lose: AtomicUsize,
    lost: AtomicUsize,
}

impl Wire {
    pub async fn lay() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Endpoint::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let shared = Arc::new(Shared::default());
        let along = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(carry(stream, Arc::clone(&along)));
            }
        });
        Self { endpoint, shared }
    }

    fn lead_to(&self, address: SocketAddr) {
        *self.shared.leads_to.lock().unwrap() = Some(address);
    }

    /// The next replies never arrive.
    pub fn lose(&self, replies: usize) {
        self.shared.to_lose.store(replies, Ordering::SeqCst);
    }

    /// How many were lost so far.
    pub fn lost(&self) -> usize {
        self.shared.lost.load(Ordering::SeqCst)
    }
}

async fn carry(mut near: TcpStream, shared: Arc<Shared>) {
    let address = shared.leads_to.lock().unwrap().unwrap();
    let Ok(mut far) = TcpStream::connect(address).await else {
        return;
    };
    let (mut there, mut back) = (vec![0; 64 * 1024], vec![0; 64 * 1024]);
    loop {
        tokio::select! {
            read = near.read(&mut there) => match read {
                Ok(count) if count > 0 => {
                    if far.write_all(&there[..count]).await.is_err() { return }
                }
                _ => return,
            },
            read = far.read(&mut back) => match read {
                Ok(count) if count > 0 => {
                    let loses = shared.to_lose
                        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
                    if loses.is_ok() {
                        shared.lost.fetch_add(1, Ordering::SeqCst);
                        return;
                    }
                    if near.write_all(&back[..count]).await.is_err() { return }
                }
                _ => return,
            },
        }
    }
}
