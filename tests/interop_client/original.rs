//! The Python instance, and what calls it.

use crate::support::process::Process;
use crate::support::python::python;
use butterfly_console::client::{Client, Exchange};
use butterfly_console::model::{AppId, Endpoint, Timestamp};
use butterfly_console::protocol::{CallContext, HeldCredential, Query};
use butterfly_console::seal::{AccessKey, FernetKey, TokenSecret, random};
use serde_json::{Value, json};

/// Which claims its tokens must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The first version.
    AppId,
    /// The later one.
    AccessKey,
}

impl Mode {
    pub const BOTH: [Self; 2] = [Self::AppId, Self::AccessKey];

    fn argument(self) -> &'static str {
        match self {
            Self::AppId => "app_id",
            Self::AccessKey => "access_key",
        }
    }
}

/// A running original instance; it is gone when dropped.
pub struct Original {
    _process: Process,
    /// Where it answers.
    pub endpoint: Endpoint,
    token_secret: TokenSecret,
    encryption_key: FernetKey,
    access_key: Option<AccessKey>,
}

impl Original {
    /// Starts one on a free port; none where there is no Python.
    pub fn start(mode: Mode) -> Option<Self> {
        Self::start_with(mode, &[])
    }

    /// One whose domains, connections and tags are those of the first version.
    pub fn start_first_version() -> Option<Self> {
        Self::start_with(Mode::AppId, &["--first-version"])
    }

    fn start_with(mode: Mode, arguments: &[&str]) -> Option<Self> {
        let token_secret = random::token_secret();
        let encryption_key = random::fernet_key();
        let access_key = random::access_key();
        let mut command = python()?.script("original_instance.py");
        command
            .args(["--mode", mode.argument()])
            .args(arguments)
            .env("JWT_SECRET_KEY", token_secret.expose_text())
            .env("BUTTERFLY_ENCRYPTION_KEY", &*encryption_key.expose_text())
            .env("ORIGINAL_ACCESS_KEY", access_key.expose_text());
        let mut process = Process::start(command);
        let endpoint = Endpoint::parse(&process.wait_for("listening on ")).unwrap();
        Some(Self {
            _process: process,
            endpoint,
            token_secret,
            encryption_key,
            access_key: (mode == Mode::AccessKey).then_some(access_key),
        })
    }

    /// The credential that opens its door.
    pub fn credential(&self) -> HeldCredential {
        self.credential_with(self.token_secret.clone(), self.encryption_key.clone())
    }

    /// A credential for its door with other secrets.
    pub fn credential_with(&self, token_secret: TokenSecret, encryption_key: FernetKey) -> HeldCredential {
        HeldCredential::legacy(
            AppId::parse("instance-a-federation-client").unwrap(),
            self.endpoint.clone(),
            token_secret,
            encryption_key,
            self.access_key.clone(),
        )
    }

    /// The same door with a wrong token secret.
    pub fn with_wrong_secret(&self) -> HeldCredential {
        self.credential_with(random::token_secret(), self.encryption_key.clone())
    }

    /// The same door with a wrong encryption key.
    pub fn with_wrong_key(&self) -> HeldCredential {
        self.credential_with(self.token_secret.clone(), random::fernet_key())
    }

    /// What must succeed.
    pub async fn result(&self, action: &str, parameters: Value) -> Value {
        let exchange = ask(&self.credential(), action, parameters).await;
        assert_eq!(exchange.status, 200);
        let reply = exchange.reply.to_value();
        assert_eq!(reply["status"], "success", "{reply}");
        reply["result"].clone()
    }

    /// Makes a pointer and gives its address.
    pub async fn pointer(&self, data_reference: &str) -> String {
        let parameters =
            json!({"data_reference": data_reference, "description": "a pointer", "tags": ["weather"]});
        let made = self.result("create_pointer", parameters).await;
        made["pointer"]["address"].as_str().unwrap().to_owned()
    }
}

/// Time enough for a slow machine.
pub fn patient() -> CallContext {
    CallContext::begin(Timestamp::now(), 60)
}

/// One call that ends in a reply, whatever the reply says.
pub async fn ask(credential: &HeldCredential, action: &str, parameters: Value) -> Exchange {
    Client::new()
        .invoke(credential, &Query::new(action, parameters), &patient())
        .await
        .unwrap_or_else(|error| panic!("{action}: {error}"))
}
