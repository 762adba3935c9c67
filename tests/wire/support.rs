//! An instance to call, and callers that do what no honest client does.

use butterfly_console::client::{Client, ClientError};
use butterfly_console::instance::{Host, Instance, LegacyStandIn, NewInstance};
use butterfly_console::model::{AppId, Grant, InstanceName, Profile, Timestamp};
use butterfly_console::protocol::{
    CallContext, CredentialForm, HeldCredential, HeldKeys, Query, Reply, SealedRequest, seal_query,
};
use butterfly_console::seal::token::{self, Claims};
use butterfly_console::seal::{AgreementKey, AgreementSecret, Mixing};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A hosted instance in a folder of its own.
pub struct Running {
    pub folder: PathBuf,
    pub host: Host,
    pub owner: HeldCredential,
    pub client: Client,
    home: tempfile::TempDir,
}

/// A response as it came.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    pub status: u16,
    /// Lower-case names; without `date`, the one that changes by itself.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(header, _)| header == name)?;
        Some(&found.1)
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A new instance in a folder, not hosted yet.
pub async fn create() -> (tempfile::TempDir, PathBuf, HeldCredential) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("instances/alpha");
    let new = NewInstance {
        key: Default::default(),
        name: InstanceName::parse("alpha").unwrap(),
        listen: "127.0.0.1:0".parse().unwrap(),
        endpoint: None,
        insecure_http: false,
        tls: None,
    };
    let (_, owner) = Instance::create(&folder, new).await.unwrap();
    (home, folder, owner)
}

impl Running {
    pub async fn start() -> Self {
        Self::start_as(None).await
    }

    pub async fn start_as(stand_in: Option<LegacyStandIn>) -> Self {
        let (home, folder, owner) = create().await;
        let host = Host::start(folder.clone(), stand_in).await.unwrap();
        Self {
            folder,
            host,
            owner,
            client: Client::new(),
            home,
        }
    }

    /// Stops and starts again.
    pub async fn restart(self) -> Self {
        self.host.stop().await.unwrap();
        let host = Host::start(self.folder.clone(), None).await.unwrap();
        Self {
            host,
            folder: self.folder,
            owner: self.owner,
            client: Client::new(),
            home: self.home,
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.host.settings().listen
    }

    /// Calls as the owner.
    pub async fn ask(&self, action: &str, parameters: Value) -> Reply {
        self.ask_as(&self.owner, action, parameters).await
    }

    pub async fn ask_as(&self, credential: &HeldCredential, action: &str, parameters: Value) -> Reply {
        let query = Query::new(action, parameters);
        let exchange = self.client.invoke(credential, &query, &context()).await.unwrap();
        exchange.reply
    }

    /// Calls as the owner; the result of a success.
    pub async fn result(&self, action: &str, parameters: Value) -> Value {
        let reply = self.ask(action, parameters).await;
        assert!(reply.is_success(), "{action}: {:?}", reply.message());
        reply.into_result().unwrap()
    }

    /// Issues a credential to `app_id` and returns it as its holder has it.
    pub async fn issue(&self, app_id: &str, profile: Profile, grant: &Grant) -> HeldCredential {
        let asked = json!({"app_id": app_id, "profile": profile, "grant": grant});
        let result = self.result("issue_credential", asked).await;
        held(&result["secret"])
    }

    /// Whether a call with this credential is refused like a stranger's.
    pub async fn is_refused(&self, credential: &HeldCredential) -> bool {
        let query = Query::new("get_capabilities", json!({}));
        let answer = self.client.invoke(credential, &query, &context()).await;
        matches!(answer, Err(ClientError::Refused { .. }))
    }

    /// Makes an offer for one console: its id, and the credential in it.
    pub async fn offer(&self, app_id: &str, more: Value) -> (String, HeldCredential) {
        let mut asked = json!({
            "label": app_id, "app_id": app_id, "profile": "native", "holders": ["console"],
            "grant": Grant::read(["get_graph_stats"]),
        });
        asked
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let made = self.result("create_offer", asked).await;
        let id = made["offer"]["id"].as_str().unwrap().to_owned();
        (id, held(&made["credentials"][0]["form"]))
    }

    /// Mixes keys as the holder of a credential does; what it calls with from then on.
    pub async fn mix(&self, credential: &HeldCredential, generation: u32, overlap: u64) -> HeldCredential {
        let secret = AgreementSecret::generate();
        let asked = json!({"generation": generation, "key": secret.key(), "overlap_seconds": overlap});
        let reply = self.ask_as(credential, "activate_credential", asked).await;
        assert!(reply.is_success(), "{:?}", reply.message());
        mixed(credential, generation, &secret, &reply.into_result().unwrap())
    }

    /// An issued credential as its instance lists it.
    pub async fn listed(&self, name: &str) -> Value {
        let list = self.result("list_credentials", json!({})).await;
        let credentials = list["credentials"].as_array().unwrap();
        let found = credentials.iter().find(|credential| credential["name"] == name);
        found.cloned().unwrap_or(Value::Null)
    }

    /// Stops, changes something in the instance's database, and starts again.
    pub async fn restart_after(self, sql: &str) -> Self {
        self.host.stop().await.unwrap();
        let database = rusqlite::Connection::open(self.folder.join("instance.db")).unwrap();
        assert!(database.execute(sql, []).unwrap() > 0, "{sql}");
        drop(database);
        let host = Host::start(self.folder.clone(), None).await.unwrap();
        Self {
            host,
            folder: self.folder,
            owner: self.owner,
            client: Client::new(),
            home: self.home,
        }
    }

    /// A copy of its folder as it is now, as a backup has it.
    pub fn copy(&self) -> PathBuf {
        let copy = self.folder.with_file_name(".copy");
        let mut private = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut private, 0o700);
        private.create(&copy).unwrap();
        for file in Instance::copy(&self.folder, &copy).unwrap() {
            if let Some(bytes) = file.bytes {
                let mut private = std::fs::OpenOptions::new();
                std::os::unix::fs::OpenOptionsExt::mode(&mut private, 0o600);
                let mut made = private
                    .write(true)
                    .create_new(true)
                    .open(copy.join(file.name))
                    .unwrap();
                std::io::Write::write_all(&mut made, &bytes).unwrap();
            }
        }
        copy
    }

    /// Stops, is replaced by a copy of before, and starts again.
    pub async fn restart_as(self, copy: &Path) -> Self {
        self.host.stop().await.unwrap();
        let name = InstanceName::parse("alpha").unwrap();
        Instance::adopt(copy, &name, "a copy").await.unwrap();
        let aside = self.folder.with_file_name(".replaced");
        Instance::replace(&self.folder, copy, &aside, &[]).await.unwrap();
        let host = Host::start(self.folder.clone(), None).await.unwrap();
        Self {
            host,
            folder: self.folder,
            owner: self.owner,
            client: Client::new(),
            home: self.home,
        }
    }

    /// The reasons of all denials on record.
    pub async fn denials(&self) -> Vec<String> {
        // Denials of strangers become durable with the next group: this call's own record is in it or after it.
        self.result("whoami", json!({})).await;
        let audit = self.result("get_audit", json!({"limit": 1000})).await;
        let records = audit["records"].as_array().unwrap();
        records
            .iter()
            .filter(|record| record["outcome"] == "denied")
            .map(|record| record["reason"].as_str().unwrap().to_owned())
            .collect()
    }

    pub async fn send(&self, request: &SealedRequest) -> Response {
        post(
            self.address(),
            &request.token,
            request.content_type,
            request.body.as_bytes(),
        )
        .await
    }
}

/// What a holder calls with once its key and the instance's are mixed.
pub fn mixed(
    before: &HeldCredential,
    generation: u32,
    ours: &AgreementSecret,
    result: &Value,
) -> HeldCredential {
    let HeldKeys::Native {
        instance_id, root, ..
    } = &before.keys
    else {
        panic!("legacy credentials mix no keys");
    };
    let (holder, issuer) = (
        ours.key(),
        AgreementKey::parse(result["key"].as_str().unwrap()).unwrap(),
    );
    let mixing = Mixing {
        kid: before.kid().unwrap(),
        generation,
        holder: &holder,
        issuer: &issuer,
    };
    let (kid, root) = mixing.mix(root, ours).unwrap();
    assert_eq!(result["kid"], kid.as_str(), "both sides come to the same");
    HeldCredential::native(
        before.app_id.clone(),
        before.endpoint.clone(),
        instance_id.clone(),
        kid,
        root,
    )
}

pub fn held(form: &Value) -> HeldCredential {
    CredentialForm::from_json(form.to_string().as_bytes())
        .unwrap()
        .into_held()
        .unwrap()
}

pub fn context() -> CallContext {
    CallContext::begin(Timestamp::now(), 30)
}

/// A query sealed and signed as it should be.
pub fn sealed(credential: &HeldCredential, action: &str, parameters: Value) -> SealedRequest {
    let query = Query::new(action, parameters);
    seal_query(credential, &query, &context(), Timestamp::now())
}

/// The claims of a good call with this body.
pub fn claims(credential: &HeldCredential, body: &[u8]) -> Claims {
    let HeldKeys::Native { instance_id, .. } = &credential.keys else {
        panic!("a legacy credential has other claims");
    };
    let now = Timestamp::now();
    Claims {
        app_id: credential.app_id.clone(),
        iss: credential.app_id.clone(),
        aud: instance_id.clone(),
        iat: now.as_seconds(),
        exp: now.as_seconds() + 60,
        jti: butterfly_console::seal::random::jti(),
        htm: "POST".to_owned(),
        htu: credential.endpoint.as_str().to_owned(),
        bsh: token::body_hash(body),
        hop: 8,
        path: Vec::new(),
        dl: now.plus_seconds(30).as_micros() / 1_000,
        tp: None,
        trc: None,
    }
}

pub fn sign(credential: &HeldCredential, claims: &Claims) -> String {
    let HeldKeys::Native { keys, .. } = &credential.keys else {
        panic!("a legacy credential signs otherwise");
    };
    token::sign(keys, claims)
}

pub fn app(name: &str) -> AppId {
    AppId::parse(name).unwrap()
}

pub async fn post(address: SocketAddr, token: &str, content_type: &str, body: &[u8]) -> Response {
    let head = format!(
        "POST /invoke HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {content_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut request = head.into_bytes();
    request.extend_from_slice(body);
    parse(&raw(address, &request).await)
}

pub async fn get(address: SocketAddr, path: &str) -> Response {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    parse(&raw(address, request.as_bytes()).await)
}

/// Writes bytes and reads until the other side closes.
pub async fn raw(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

/// Whether the other side of a connection on this machine has read all that was written to it, as the kernel tells.
pub fn is_read(stream: &TcpStream) -> bool {
    let port = |address: SocketAddr| format!(":{:04X}", address.port());
    let (ours, theirs) = (
        port(stream.local_addr().unwrap()),
        port(stream.peer_addr().unwrap()),
    );
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    table.lines().any(|line| {
        let mut columns = line.split_whitespace().skip(1);
        let is_theirs = columns.next().is_some_and(|local| local.ends_with(&theirs))
            && columns.next().is_some_and(|remote| remote.ends_with(&ours));
        is_theirs && columns.nth(1).is_some_and(|queues| queues.ends_with(":00000000"))
    })
}

pub fn parse(bytes: &[u8]) -> Response {
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap_or_else(|| panic!("no response: {:?}", String::from_utf8_lossy(bytes)));
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .filter(|(name, _)| name != "date")
        .collect();
    Response {
        status,
        headers,
        body: bytes[end + 4..].to_vec(),
    }
}

/// Puts these lines into an instance's settings; it reads them when it starts.
pub fn add_to_settings(folder: &Path, lines: &str) {
    let settings = folder.join("instance.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, format!("{lines}\n{text}")).unwrap();
}

/// An instance whose settings have these lines too.
pub async fn start_with(lines: &str) -> Running {
    let running = Running::start().await;
    add_to_settings(&running.folder, lines);
    running.restart().await
}
