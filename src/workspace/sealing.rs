//! The seed's helper: sealing a query for someone else to send, opening a reply that someone got.

use super::{Failure, Sealed, Workspace, unsealed};
use crate::model::Timestamp;
use crate::protocol::{CallContext, Code, HeldCredential, HeldKeys, Query, Reply, open_reply, seal_query};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// How long the sealed query may take, once it is sent.
const SECONDS: i64 = 60;

impl Workspace {
    /// Seals a query with the credential that we hold for `remote`, and makes a token for it.
    pub async fn seal(&self, remote: &str, query: &Query) -> Result<Sealed, Failure> {
        let credential = self.credential_named(remote).await?;
        let now = Timestamp::now();
        let request = seal_query(&credential, query, &CallContext::begin(now, SECONDS), now);
        Ok(Sealed {
            endpoint: credential.endpoint.clone(),
            content_type: request.content_type,
            authorization: format!("Bearer {}", request.token),
            body: request.body,
            jti: (!request.jti.is_empty()).then_some(request.jti),
        })
    }

    /// Opens a reply to a query that `seal` made; `jti` is what `seal` gave (native). Without it, a native
    /// reply to any request under this credential is opened. What is no reply but says why there is none is a
    /// failure that says so.
    pub async fn open_reply(&self, remote: &str, body: &[u8], jti: Option<&str>) -> Result<Reply, Failure> {
        let credential = self.credential_named(remote).await?;
        let body = body.trim_ascii();
        if let Some(failure) = unsealed::failure(body, &credential.endpoint) {
            return Err(failure.on(remote));
        }
        let jti = match (&credential.keys, jti) {
            (_, Some(jti)) => jti.to_owned(),
            (HeldKeys::Native { .. }, None) => answered(body).unwrap_or_default(),
            (HeldKeys::Legacy { .. }, None) => String::new(),
        };
        open_reply(&credential, &jti, body).map_err(|error| {
            Failure::new(
                Code::CannotOpen,
                error.to_string(),
                "check that it is the whole reply, and that it came from this instance to a query sealed with this credential",
            )
            .on(remote)
        })
    }

    /// The credential that a name stands for: an instance's usual one, or a held one.
    async fn credential_named(&self, name: &str) -> Result<HeldCredential, Failure> {
        let wanted = name.to_owned();
        let entry = self.in_vault(move |vault| vault.held_by_name(&wanted)).await?;
        if let Some(entry) = entry {
            return Ok(entry.form.into_held()?);
        }
        let record = self.record(name).await?;
        self.credential_of(&record).await
    }
}

impl Sealed {
    /// As a configuration file of `curl`, so that the token is no argument of any program; the last line is a
    /// remark with the `jti`, where there is one.
    pub fn curl_config(&self) -> String {
        let quoted = |text: &str| text.replace('\\', r"\\").replace('"', r#"\""#);
        let mut lines = vec![
            format!("url = \"{}\"", quoted(self.endpoint.as_str())),
            format!("header = \"Content-Type: {}\"", self.content_type),
            format!("header = \"Authorization: {}\"", self.authorization),
            format!("data = \"{}\"", self.body),
        ];
        lines.extend(self.jti.iter().map(|jti| format!("# jti {jti}")));
        lines.join("\n")
    }
}

/// What a native reply says that it answers (`irt`); opening it proves that.
fn answered(body: &[u8]) -> Option<String> {
    let header = body.split(|&byte| byte == b'.').next()?;
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    header.get("irt")?.as_str().map(str::to_owned)
}
