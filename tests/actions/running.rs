//! Real instances on loopback, with real databases, called over HTTP or in process.

use butterfly_console::client::{Client, Exchange};
use butterfly_console::instance::{Instance, NewInstance};
use butterfly_console::model::{AppId, Grant, InstanceName, Profile, Timestamp};
use butterfly_console::protocol::{CallContext, Code, CredentialForm, HeldCredential, Query, Reply};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A hosted instance; it stops when dropped.
pub struct Running {
    pub instance: Arc<Instance>,
    pub owner: HeldCredential,
    stop: CancellationToken,
    task: JoinHandle<()>,
    home: TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Running {
    /// An instance whose pointers may lead to public addresses only.
    pub async fn start(name: &str) -> Self {
        Self::start_allowing(name, &[]).await
    }

    /// An instance that is asked in process only: it does nothing by itself.
    pub async fn unserved(name: &str) -> Self {
        let mut running = Self::start(name).await;
        running.stop().await;
        running
    }

    /// Stops answering over the wire; the instance stays open.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        (&mut self.task).await.unwrap();
    }

    /// Answers again where it did before.
    pub async fn serve_again(&mut self) {
        let listener = TcpListener::bind(self.instance.settings().listen).await.unwrap();
        self.stop = CancellationToken::new();
        let serving = (Arc::clone(&self.instance), self.stop.clone());
        self.task = tokio::spawn(async move { serving.0.serve(listener, serving.1).await.unwrap() });
    }

    /// An instance whose pointers may lead to these ranges too.
    pub async fn start_allowing(name: &str, ranges: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        let folder = home.path().join(name);
        let new = NewInstance {
            key: Default::default(),
            name: InstanceName::parse(name).unwrap(),
            listen: "127.0.0.1:0".parse().unwrap(),
            endpoint: None,
            insecure_http: false,
            tls: None,
        };
        let (mut settings, owner) = Instance::create(&folder, new).await.unwrap();
        settings.fetch_allow = ranges.iter().map(|range| range.parse().unwrap()).collect();
        let text = toml::to_string(&settings).unwrap();
        std::fs::write(folder.join("instance.toml"), text).unwrap();
        let instance = Instance::open(&folder, None).await.unwrap();
        let listener = TcpListener::bind(instance.settings().listen).await.unwrap();
        let stop = CancellationToken::new();
        let serving = (Arc::clone(&instance), stop.clone());
        let task = tokio::spawn(async move { serving.0.serve(listener, serving.1).await.unwrap() });
        Self {
            instance,
            owner,
            stop,
            task,
            home,
        }
    }

    /// A file of the instance's.
    pub fn file(&self, name: &str) -> PathBuf {
        let folder = self.instance.settings().name.as_str();
        self.home.path().join(folder).join(name)
    }

    /// Changes a database of the instance's behind its back.
    pub fn tamper(&self, database: &str, sql: &str) {
        let conn = rusqlite::Connection::open(self.file(database)).unwrap();
        conn.execute_batch(sql).unwrap();
    }

    /// Cuts the last records off the audit trail, as somebody does who knows how the file is made.
    pub fn cut_tail(&self, records: u32) {
        let last = format!("(SELECT max(sequence) - {records} FROM records)");
        self.tamper(
            "audit.db",
            &format!(
                "UPDATE ends SET sequence = {last}, hash = (SELECT hash FROM records WHERE sequence = {last})
                 WHERE what = 'head';
                 DELETE FROM records WHERE sequence > (SELECT sequence FROM ends WHERE what = 'head');"
            ),
        );
    }

    /// The newest records of the audit trail, newest first.
    pub async fn trail(&self) -> Vec<Value> {
        let trail = self.get("get_audit", json!({"limit": 1000})).await;
        trail["records"].as_array().unwrap().clone()
    }

    /// Asks as the owner, in process.
    pub async fn ask(&self, action: &str, parameters: Value) -> Reply {
        let query = Query::new(action, parameters);
        self.instance.invoke_as_owner(&query, &context()).await
    }

    /// The result of what the owner asks; it must succeed.
    pub async fn get(&self, action: &str, parameters: Value) -> Value {
        result_of(self.ask(action, parameters).await)
    }

    /// The problem that the owner is told; there must be one.
    pub async fn fails(&self, action: &str, parameters: Value) -> (Code, Value) {
        problem_of(&self.ask(action, parameters).await)
    }

    /// Makes a pointer; gives its address.
    pub async fn pointer(&self, parameters: Value) -> String {
        let made = self.get("create_pointer", parameters).await;
        text(&made["pointer"]["address"])
    }

    /// Makes a connection in a domain of its own; gives its id.
    pub async fn connection(&self, name: &str, held_credential: Option<&str>) -> String {
        let domain = self
            .get("create_domain", json!({"name": format!("{name}'s")}))
            .await;
        let parameters =
            json!({"domain_id": domain["domain"]["id"], "name": name, "held_credential": held_credential});
        let made = self.get("create_connection", parameters).await;
        text(&made["connection"]["id"])
    }

    /// Makes a circuit assigned to a connection; gives its address.
    pub async fn circuit(&self, connection: &str, definition: Value) -> String {
        let parameters = json!({"circuit_definition": definition, "connection_id": connection});
        let made = self.get("create_circuit", parameters).await;
        text(&made["pointer"]["address"])
    }

    /// Invokes a pointer through a connection, as the owner.
    pub async fn invoke(&self, connection: &str, pointer: &str) -> Reply {
        self.ask("invoke_through_connection", through(connection, pointer))
            .await
    }

    /// Issues a credential to somebody.
    pub async fn issue(&self, app_id: &str, grant: Grant) -> HeldCredential {
        self.issue_as(app_id, Profile::Native, grant).await
    }

    /// The same, in either profile.
    pub async fn issue_as(&self, app_id: &str, profile: Profile, grant: Grant) -> HeldCredential {
        let parameters = json!({"name": app_id, "app_id": AppId::parse(app_id).unwrap(), "profile": profile, "grant": grant});
        let issued = self.get("issue_credential", parameters).await;
        held(&issued["secret"])
    }

    /// Stops and opens the instance again.
    pub async fn reopen(mut self) -> Self {
        self.stop.cancel();
        (&mut self.task).await.unwrap();
        self.instance.close().await;
        let folder = self.home.path().join(self.instance.settings().name.as_str());
        let instance = Instance::open(&folder, None).await.unwrap();
        let listener = TcpListener::bind(instance.settings().listen).await.unwrap();
        let (serving, stop) = (Arc::clone(&instance), CancellationToken::new());
        let stopping = stop.clone();
        self.task = tokio::spawn(async move { serving.serve(listener, stopping).await.unwrap() });
        self.instance = instance;
        self.stop = stop;
        self
    }

    /// Has this instance hold a credential for relay.
    pub async fn hold(&self, name: &str, credential: &HeldCredential) {
        let parameters = json!({"name": name, "form": CredentialForm::of(credential).expose_value()});
        self.get("hold_credential", parameters).await;
    }

    /// A federated connection to another instance, with a credential that allows `actions` there.
    pub async fn join(&self, other: &Running, actions: &[&str]) -> String {
        let mut grant = Grant::read(actions.iter().copied());
        grant.hops = Grant::MOST_HOPS;
        let app_id = format!("from-{}", self.instance.settings().name);
        let credential = other.issue(&app_id, grant).await;
        let name = format!("to-{}", other.instance.settings().name);
        self.hold(&name, &credential).await;
        self.connection(&name, Some(&name)).await
    }
}

/// A credential as its holder has it.
pub fn held(form: &Value) -> HeldCredential {
    let form = serde_json::to_vec(form).unwrap();
    CredentialForm::from_json(&form).unwrap().into_held().unwrap()
}

/// What a call over the wire comes to; it must succeed.
pub async fn get(credential: &HeldCredential, action: &str, parameters: Value) -> Value {
    result_of(call(credential, action, parameters).await.reply)
}

/// The code of the problem that a call over the wire is told; there must be one.
pub async fn refused(credential: &HeldCredential, action: &str, parameters: Value) -> Code {
    problem_of(&call(credential, action, parameters).await.reply).0
}

/// A call that begins now.
pub fn context() -> CallContext {
    CallContext::begin(Timestamp::now(), 30)
}

/// Calls over the wire.
pub async fn call(credential: &HeldCredential, action: &str, parameters: Value) -> Exchange {
    call_in(credential, action, parameters, &context()).await
}

/// Calls over the wire from within a chain.
pub async fn call_in(
    credential: &HeldCredential,
    action: &str,
    parameters: Value,
    context: &CallContext,
) -> Exchange {
    let query = Query::new(action, parameters);
    Client::new().invoke(credential, &query, context).await.unwrap()
}

/// The parameters of an invoke.
pub fn through(connection: &str, pointer: &str) -> Value {
    json!({"connection_id": connection, "pointer_address": pointer})
}

/// The result of a reply that must be a success.
pub fn result_of(reply: Reply) -> Value {
    assert!(reply.is_success(), "{}", reply.to_value());
    reply.into_result().unwrap()
}

/// The code of a reply that must be an error, and the whole reply.
pub fn problem_of(reply: &Reply) -> (Code, Value) {
    let value = reply.to_value();
    (reply.code().unwrap_or_else(|| panic!("no error: {value}")), value)
}

/// A JSON string's text.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
