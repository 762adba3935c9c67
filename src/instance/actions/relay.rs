//! `relay`: asks another instance through a federated connection, with a query of the caller's own.

use super::parameter::CONNECTION_ID;
use super::{Access, Action, Answer, Call, Code, DomainRole, Kind, Parameter};
use crate::instance::relay::relay;
use crate::protocol::{Query, QueryError};

/// The row of the table.
pub static ACTION: Action = Action {
    name: "relay",
    help: "Asks the instance behind a federated connection, with the credential that this instance holds.",
    access: Access::Granted,
    writes: true,
    destroys: |_| false,
    within: Some(DomainRole::Writer),
    parameters: &[
        CONNECTION_ID,
        Parameter::required("query", Kind::Json, "what the other instance is asked"),
    ],
    result: "the peer's result, with peer_reply and peer beside it",
    errors: &[
        Code::ConnectionNotFound,
        Code::AccessDenied,
        Code::ConnectionDisabled,
        Code::NoHeldCredential,
        Code::LoopDetected,
        Code::HopsExhausted,
        Code::DeadlineExceeded,
        Code::PeerUnreachable,
        Code::PeerRefused,
        Code::PeerGarbage,
        Code::PeerFailed,
        Code::CredentialFrozen,
        Code::NotVerified,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let connection = call.connection("connection_id").await?;
    call.require_use(&connection, DomainRole::Writer).await?;
    let asked = call
        .query
        .get("query")
        .ok_or_else(|| call.query.missing("query"))?;
    let query = Query::from_value(asked.clone()).map_err(|error| QueryError::Invalid {
        name: "query",
        reason: error.to_string(),
    })?;
    relay(call, &connection, &query).await
}
