//! What becomes of credentials after the handshake: rotation, suspension.

use super::held_there::held_name;
use super::{CredentialRow, Failure, Rotated, Workspace, held};
use crate::model::{Holder, Side, Timestamp};
use crate::protocol::{Code, CredentialForm, Query};
use serde::Deserialize;
use serde_json::{Value, json};

/// What `rotate_credential` gives.
#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    due: Option<Timestamp>,
    #[serde(default)]
    overlap_until: Option<Timestamp>,
    #[serde(default)]
    form: Option<Value>,
}

impl Workspace {
    /// Rotates the keys. Held, native: fresh keys are mixed in at once, and circuits sealed anew. Issued, native and
    /// activated: the holder is asked to, by the end of the overlap. Issued, plain or legacy: new values to hand over.
    /// The old key is answered for `overlap_seconds` more.
    pub async fn rotate_credential(&self, name: &str, overlap_seconds: u32) -> Result<Rotated, Failure> {
        let row = self.credential(name).await?;
        match (row.side, row.holder) {
            (Side::Issued, _) => self.rotate_issued(row, overlap_seconds).await,
            (Side::Held, Some(Holder::Instance)) => self.rotate_there(row, overlap_seconds).await,
            (Side::Held, _) => self.rotate_here(row, overlap_seconds).await,
        }
    }

    async fn rotate_here(&self, row: CredentialRow, overlap_seconds: u32) -> Result<Rotated, Failure> {
        let mixed = self.rotate_held(&row.name, overlap_seconds).await?;
        let resealed = self.reseal(&row.name, mixed.old_kid).await?;
        let row = self.credential(&row.name).await?;
        Ok(Rotated {
            overlap_until: row.overlap_until,
            row,
            resealed,
            form: None,
            due: None,
        })
    }

    async fn rotate_there(&self, row: CredentialRow, overlap_seconds: u32) -> Result<Rotated, Failure> {
        let (ours, name) = there(&row)?;
        let query = Query::new(
            "rotate_held_credential",
            json!({"name": name, "overlap_seconds": overlap_seconds}),
        );
        if let Err(failure) = self.ask_ours(ours, &query).await {
            let is_unsure = matches!(failure.code, Code::PeerUnreachable | Code::DeadlineExceeded);
            return Err(match is_unsure {
                true => Failure {
                    remedy: held::finish_rotation(&row.name),
                    ..failure
                },
                false => failure,
            });
        }
        let row = self.credential(&held_name(ours, name)).await?;
        Ok(Rotated {
            overlap_until: row.overlap_until,
            row,
            // A relay seals each call; nothing that an instance holds was sealed before.
            resealed: Vec::new(),
            form: None,
            due: None,
        })
    }

    async fn rotate_issued(&self, row: CredentialRow, overlap_seconds: u32) -> Result<Rotated, Failure> {
        let parameters = json!({"name": issued_name(&row), "overlap_seconds": overlap_seconds});
        let query = Query::new("rotate_credential", parameters);
        let result = self
            .ask_ours(&row.instance, &query)
            .await
            .map_err(|failure| match overlap_seconds {
                0 if row.is_mixed_by_its_holder() => opens_on(failure, &row),
                _ => failure,
            })?;
        let told: Told = serde_json::from_value(result).map_err(|_| {
            Failure::new(
                Code::PeerGarbage,
                "the answer to rotate_credential is not what was expected",
                "use the same version of this program for console and instance",
            )
            .on(row.instance.as_str())
        })?;
        let form = told
            .form
            .map(|form| CredentialForm::from_json(form.to_string().as_bytes()))
            .transpose()?;
        Ok(Rotated {
            row: self.credential(&row.name).await?,
            overlap_until: told.overlap_until,
            resealed: Vec::new(),
            form,
            due: told.due,
        })
    }

    /// Ends the overlap of an issued credential now: the old key is not answered any more.
    pub async fn end_overlap(&self, name: &str) -> Result<CredentialRow, Failure> {
        let row = self.issued_row(name).await?;
        let query = Query::new(
            "rotate_credential",
            json!({"name": issued_name(&row), "finish": true}),
        );
        self.ask_ours(&row.instance, &query)
            .await
            .map_err(|failure| opens_on(failure, &row))?;
        self.credential(&row.name).await
    }

    /// Suspends an issued credential, or resumes it.
    pub async fn suspend_credential(&self, name: &str, suspended: bool) -> Result<CredentialRow, Failure> {
        let row = self.issued_row(name).await?;
        let parameters = json!({"name": issued_name(&row), "resume": !suspended});
        let query = Query::new("suspend_credential", parameters);
        self.ask_ours(&row.instance, &query).await?;
        self.credential(&row.name).await
    }

    /// The row of an issued credential: only the side that issued one decides whether it is answered.
    pub(super) async fn issued_row(&self, name: &str) -> Result<CredentialRow, Failure> {
        let row = self.credential(name).await?;
        if row.side == Side::Issued {
            return Ok(row);
        }
        Err(Failure::new(
            Code::InvalidParameter,
            format!(
                "{} is held here; whether it is answered is decided where it was issued",
                row.name
            ),
            format!(
                "ask the administrator of that instance, or drop it with `butterfly credential revoke {}`",
                row.name
            ),
        ))
    }
}

/// Whoever wants an older key refused may have a key in mind that leaked: what refuses the present one is said.
fn opens_on(failure: Failure, row: &CredentialRow) -> Failure {
    if failure.code != Code::WrongStep {
        return failure;
    }
    let name = &row.name;
    let remedy = match row.is_mixed_by_its_holder() {
        true => format!(
            "if its present key leaked, refuse it with `butterfly credential suspend {name}`, or for good with `butterfly \
             credential revoke {name}` and a new offer; if not, have its holder mix fresh keys in: `butterfly credential rotate {name}`"
        ),
        false => format!(
            "if its present values leaked, replace them at once with `butterfly credential rotate {name} --now`, or revoke it"
        ),
    };
    Failure { remedy, ..failure }
}

/// What an issued credential is called on its instance.
pub(super) fn issued_name(row: &CredentialRow) -> &str {
    row.name
        .strip_suffix(&format!("@{}", row.instance))
        .unwrap_or(&row.name)
}

/// Which instance of ours holds it, and under which name.
pub(super) fn there(row: &CredentialRow) -> Result<(&str, &str), Failure> {
    row.name.split_once("/held/").ok_or_else(|| {
        Failure::new(
            Code::CredentialNotFound,
            format!("no instance of ours holds {}", row.name),
            "list the credentials with `butterfly credential list`",
        )
    })
}
