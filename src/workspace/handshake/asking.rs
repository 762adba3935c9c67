//! The side that asks first: a request that anybody may read, whose answer only this home opens. And where the wizard
//! was left.

use super::offering::refuse_existing;
use crate::handshake::{Asking, Request};
use crate::model::{Delivery, Holder, InstanceId, Side, Timestamp};
use crate::protocol::{Code, Query};
use crate::vault::HandshakeEntry;
use crate::workspace::folders::write_new;
use crate::workspace::{AskRequest, Failure, RequestMade, Workspace, blocking};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::PathBuf;

/// A request in the name of an instance.
#[derive(Deserialize)]
struct Signed {
    request: Request,
    text: String,
}

impl Workspace {
    /// Asks for a credential: a request to send, whose answer only this home opens.
    pub async fn ask(&self, request: AskRequest) -> Result<RequestMade, Failure> {
        if request.holders.is_empty() {
            return Err(usage(
                "a request says who shall hold a credential",
                "name console, instance, or both",
            ));
        }
        if request.holders.contains(&Holder::Instance) != request.instance.is_some() {
            return Err(usage(
                "a credential for an instance needs the instance that shall hold it, and the other way round",
                "name the instance of ours with `--instance NAME`",
            ));
        }
        if let Some(file) = &request.file {
            refuse_existing(file)?;
        }
        let (made, key, text) = self.make_request(&request).await?;
        let entry = HandshakeEntry {
            id: made.id.clone(),
            side: Side::Held,
            delivery: Delivery::Request,
            peer: "whoever answers".to_owned(),
            instance: request.instance.as_ref().map(ToString::to_string),
            remote: None,
            credentials: Vec::new(),
            words: None,
            verify_first: false,
            request: Some(made.clone()),
            request_key: Some(key.expose_text().to_owned()),
            bundle: None,
            refused: false,
            created_at: made.requested_at,
            expires_at: Some(made.expires_at),
            ended_at: None,
        };
        self.in_vault(move |vault| vault.put_handshake(&entry)).await?;
        if let Some(path) = request.file.clone() {
            let bytes = text.clone();
            let written = blocking(move || write_new(&path, bytes.as_bytes())).await;
            if let Err(failure) = written {
                let id = made.id.clone();
                self.in_vault(move |vault| vault.remove_handshake(&id)).await?;
                return Err(failure);
            }
        }
        Ok(RequestMade {
            id: made.id,
            text,
            file: request.file,
            expires_at: made.expires_at,
        })
    }

    /// The text of a request that waits for its answer: the same as when it was made. Written to the file, if one is named.
    pub async fn request_again(&self, id: &str, file: Option<PathBuf>) -> Result<RequestMade, Failure> {
        let wanted = id.to_owned();
        let entries = self.in_vault(|vault| vault.handshakes()).await?;
        let entry = entries.into_iter().find(|entry| entry.id == wanted);
        let entry = entry.ok_or_else(|| {
            no_request(
                id,
                Code::HandshakeNotFound,
                "no handshake of this home has that id",
            )
        })?;
        let Some(made) = entry
            .request
            .filter(|_| entry.request_key.is_some() && entry.ended_at.is_none())
        else {
            return Err(no_request(
                id,
                Code::WrongStep,
                "it is no request that waits for its answer",
            ));
        };
        if made.expires_at <= Timestamp::now() {
            return Err(no_request(
                id,
                Code::WrongStep,
                "its time is over, and nobody can answer it any more",
            ));
        }
        let text = match &entry.instance {
            Some(instance) => self.signed_by(instance, &made).await?.text,
            None => made.to_text(&self.in_vault(|vault| vault.identity()).await?),
        };
        if let Some(path) = file.clone() {
            refuse_existing(&path)?;
            let bytes = text.clone();
            blocking(move || write_new(&path, bytes.as_bytes())).await?;
        }
        Ok(RequestMade {
            id: made.id,
            text,
            file,
            expires_at: made.expires_at,
        })
    }

    /// In the name of the instance that shall hold a credential, or else of this console.
    async fn make_request(
        &self,
        request: &AskRequest,
    ) -> Result<(Request, crate::handshake::RequestKey, String), Failure> {
        let asking = Asking {
            instance: None,
            name: request
                .instance
                .as_ref()
                .map_or_else(|| request.app_id.to_string(), ToString::to_string),
            app_id: request.app_id.clone(),
            holders: request.holders.clone(),
        };
        let identity = self.in_vault(|vault| vault.identity()).await?;
        let (made, key) = Request::make(asking, &identity, Timestamp::now());
        let Some(instance) = &request.instance else {
            let text = made.to_text(&identity);
            return Ok((made, key, text));
        };
        let signed = self.signed_by(instance.as_str(), &made).await?;
        Ok((signed.request, key, signed.text))
    }

    /// The request made out in the name of an instance of ours.
    async fn signed_by(&self, instance: &str, made: &Request) -> Result<Signed, Failure> {
        let mut session = self.session(instance).await?;
        let query = Query::new("sign_request", json!({ "request": made }));
        let result = session.result(&query).await;
        let signed = result.and_then(|result| {
            serde_json::from_value::<Signed>(result).map_err(|_| session.unexpected(query.action()))
        });
        session.close().await;
        signed
    }

    /// What a request says, checked: `{id, name, instance, identity, app_id, holders, expires_at}`. Needs no home.
    pub fn inspect_request(text: &str) -> Result<Value, Failure> {
        let request = Request::parse(text, Timestamp::now())?;
        Ok(json!({
            "id": request.id,
            "name": request.name,
            "instance": request.instance.as_ref().map(InstanceId::as_str),
            "identity": request.identity,
            "app_id": request.app_id,
            "holders": request.holders,
            "requested_at": request.requested_at,
            "expires_at": request.expires_at,
        }))
    }

    /// Where the wizard of a handshake was left, as it wrote it.
    pub async fn wizard_draft(&self) -> Result<Option<Value>, Failure> {
        self.in_vault(|vault| vault.wizard_draft()).await
    }

    /// Keeps where the wizard is, sealed in the vault; none forgets it.
    pub async fn keep_wizard_draft(&self, draft: Option<Value>) -> Result<(), Failure> {
        self.in_vault(move |vault| vault.keep_wizard_draft(draft.as_ref()))
            .await
    }
}

fn no_request(id: &str, code: Code, why: &str) -> Failure {
    Failure::new(
        code,
        format!("the text of {id} cannot be shown: {why}"),
        "look at `butterfly handshake status`, or make another request with `butterfly handshake request`",
    )
}

fn usage(message: &str, remedy: &str) -> Failure {
    Failure::new(Code::Usage, message, remedy)
}
