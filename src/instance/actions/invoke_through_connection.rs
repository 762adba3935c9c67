//! `invoke_through_connection`: what a pointer is for. Its data is fetched, its circuit run, or, where
//! it leads to another instance by the caller's own hand, its reference given to go on with.

use super::parameter::{CONNECTION_ID, POINTER_ADDRESS};
use super::{Access, Action, Answer, Call, DomainRole, Outcome};
use crate::instance::authorise;
use crate::instance::fetch::{self, Fetched};
use crate::instance::fetch_header::FetchHeader;
use crate::instance::problem::not_found;
use crate::instance::reference::{self, Reference};
use crate::instance::relay;
use crate::model::{Connection, ConnectionStatus, Federated, IMPORTED, Pointer, PointerAddress, Route};
use crate::protocol::{Code, Problem};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

/// The row of the table.
pub static ACTION: Action = Action {
    name: "invoke_through_connection",
    help: "Follows a pointer through the connection that it is assigned to.",
    access: Access::Granted,
    writes: false,
    destroys: |_| false,
    within: Some(DomainRole::Reader),
    parameters: &[CONNECTION_ID, POINTER_ADDRESS],
    result: "{message, data, content_type?} where data is fetched; a circuit's result or list of results; a relay's result, with peer_reply and peer beside it; {message, pointer, data_reference, federated} where the caller goes on by itself. Or interpretation_rendered {interpretation, details}",
    errors: &[
        Code::PointerNotFound,
        Code::ConnectionNotFound,
        Code::AccessDenied,
        Code::NotAssigned,
        Code::ConnectionDisabled,
        Code::FetchRefused,
        Code::InvalidCircuit,
        Code::NoHeldCredential,
        Code::LoopDetected,
        Code::HopsExhausted,
        Code::DeadlineExceeded,
        Code::PeerUnreachable,
        Code::PeerRefused,
        Code::PeerGarbage,
        Code::PeerFailed,
    ],
    run: |call| Box::pin(run(call)),
};

async fn run(call: &Call<'_>) -> Answer {
    let connection = call.connection("connection_id").await?;
    let address: PointerAddress = call.query.id("pointer_address")?;
    let found = call.store().pointer(&address).await?;
    let pointer = found.ok_or_else(|| not_found("pointer", address.as_str()))?;
    admit(call, &connection, &pointer).await?;
    follow(call, &connection, &pointer).await
}

/// Only pointers of the connection, only while it is open, and only for those who may: the instance's
/// owner, the owner of the connection's domain and of domains federated with it, and whoever's grant covers the pointer.
/// An access key follows what it is shown: no pointer that its maker does not see, whatever the key may in the domain.
async fn admit(call: &Call<'_>, connection: &Connection, pointer: &Pointer) -> Result<(), Problem> {
    if let Err(refusal) = authorise::pointer(call.grant(), pointer) {
        let is_here = pointer.connection_id.as_ref() == Some(&connection.id);
        let is_kept_below = call.grant().pointers.below.is_some();
        if is_kept_below || !is_here || !call.has_role(connection, DomainRole::Reader).await? {
            return Err(refusal);
        }
    }
    if pointer.connection_id.as_ref() != Some(&connection.id) {
        let message = format!(
            "Access denied. Pointer {} does not belong to connection {}.",
            pointer.address, connection.id
        );
        return Err(Problem::new(Code::NotAssigned, message));
    }
    if connection.status == ConnectionStatus::Disabled {
        return Err(relay::disabled(connection));
    }
    Ok(())
}

async fn follow(call: &Call<'_>, connection: &Connection, pointer: &Pointer) -> Answer {
    if let Some(federated) = &pointer.federated
        && federated.route != Route::Relay
    {
        return Ok(passage(pointer, federated));
    }
    let held = connection.held_credential.as_deref();
    let held = held.and_then(|name| call.instance.held_credential(name));
    let reference = Reference::read(&pointer.data_reference, call.table)?;
    if let Some(federated) = reference::passage(&reference, connection, held.as_ref()) {
        return Ok(passage(pointer, &federated));
    }
    match reference {
        Reference::Circuit(circuit) => {
            if circuit.acts(call.table) {
                refuse_for_others(call, pointer).await?;
            }
            circuit.run(call, connection).await
        }
        Reference::Web(url) => match endpoint_of_peer(call, &url) {
            Some(reference) => reference::passage(&reference, connection, held.as_ref())
                .map(|federated| passage(pointer, &federated))
                .ok_or_else(|| Problem::new(Code::Internal, "an endpoint is always something to go on with")),
            None => fetch(call, pointer, &url).await,
        },
        Reference::File(url) => read_file(call, pointer, &url).await,
        Reference::Sealed(_) => Ok(interpretation(
            pointer,
            "It is a query sealed for another instance, and neither the pointer nor its connection tells which.",
        )),
        Reference::Other if is_nearly_an_endpoint(&pointer.data_reference) => Ok(interpretation(
            pointer,
            "It is an instance's /invoke with a user, a query or a fragment, which an instance's URL has not: take it out of \
             the data_reference.",
        )),
        Reference::Invoke(_) | Reference::Other => Ok(interpretation(
            pointer,
            "It is no web address, file or circuit: nothing else can be followed here.",
        )),
    }
}

fn is_nearly_an_endpoint(reference: &str) -> bool {
    Url::parse(reference.trim())
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.path().ends_with("/invoke"))
}

/// A circuit runs with the rights of whoever invokes it. One that does more than tell is run by its author only, unless
/// the instance's owner says where it leads: else its author would have others do what they may, and it may not.
async fn refuse_for_others(call: &Call<'_>, pointer: &Pointer) -> Result<(), Problem> {
    let author = call.store().author(&pointer.address).await?;
    match author {
        Some(author) if author != call.caller.credential => Err(Problem::new(
            Code::AccessDenied,
            format!(
                "Access denied. The circuit of {} does more than tell, and would do so with your rights; {}. The \
                 instance's owner can look at it, and take it over by updating its data_reference.",
                pointer.address,
                written(&author)
            ),
        )),
        _ => Ok(()),
    }
}

/// Who wrote what is not the owner's, in words.
fn written(author: &str) -> String {
    match author {
        IMPORTED => "it came in an import, which does not say who wrote it".to_owned(),
        credential => format!("it was written under the credential {credential:?}"),
    }
}

/// A URL that is a known peer's endpoint, or our own, though its path does not say so: never fetched.
fn endpoint_of_peer(call: &Call<'_>, url: &Url) -> Option<Reference> {
    let own = call.instance.settings().endpoint.clone();
    let peers = call.instance.held_endpoints();
    std::iter::once(own)
        .chain(peers)
        .find(|endpoint| endpoint.url() == url)
        .map(Reference::Invoke)
}

/// What the caller needs to go on by itself.
fn passage(pointer: &Pointer, federated: &Federated) -> Outcome {
    Outcome::Success(json!({
        "message": "The pointer leads to another instance; go on from here with your own credential for it.",
        "pointer": pointer,
        "data_reference": pointer.data_reference,
        "federated": federated,
    }))
}

async fn fetch(call: &Call<'_>, pointer: &Pointer, url: &Url) -> Answer {
    let header = match &pointer.credential_pointer_address {
        Some(address) => Some(header(call, pointer, address, url).await?),
        None => None,
    };
    let Some(remaining) = call.remaining_ms() else {
        return Err(Problem::new(
            Code::DeadlineExceeded,
            "the deadline passed before the data was fetched",
        ));
    };
    let policy = call.instance.settings().fetch_policy();
    let patience = Duration::from_millis(remaining);
    let fetching = fetch::get(url, header.as_ref(), &policy, patience);
    let fetched = call.unless_gone(fetching).await??;
    Ok(rendered(pointer, fetched))
}

/// The header that a credential pointer holds, if it may go to this place.
async fn header(
    call: &Call<'_>,
    pointer: &Pointer,
    address: &PointerAddress,
    url: &Url,
) -> Result<FetchHeader, Problem> {
    let found = call.store().pointer(address).await?;
    let credential = found.ok_or_else(|| {
        let message = format!("Credential pointer '{address}' not found.");
        Problem::new(Code::PointerNotFound, message)
    })?;
    let header = FetchHeader::open(call.instance, &credential.data_reference)
        .ok_or_else(|| Problem::new(Code::CannotOpen, "Malformed credential pointer data."))?;
    header.check_goes_to(url)?;
    if !header.is_bound() {
        refuse_unless_owners(call, &pointer.address).await?;
        refuse_unless_owners(call, address).await?;
    }
    Ok(header)
}

/// A header that does not say where it may go is sent only where the instance's owner says: by a pointer and out of a
/// credential pointer that both are of the owner's writing, whatever either was when it was looked at last.
async fn refuse_unless_owners(call: &Call<'_>, address: &PointerAddress) -> Result<(), Problem> {
    let Some(author) = call.store().author(address).await? else {
        return Ok(());
    };
    Err(Problem::new(
        Code::AccessDenied,
        format!(
            "Access denied. The header of the credential pointer does not say where it may go; as for the data_reference \
             of {address}, {}. The instance's owner can look at it, and take it over by updating its data_reference; \
             create_credential_pointer makes a header that says where it may go.",
            written(&author)
        ),
    ))
}

async fn read_file(call: &Call<'_>, pointer: &Pointer, url: &Url) -> Answer {
    let settings = call.instance.settings();
    let Some(remaining) = call.remaining_ms() else {
        return Err(Problem::new(
            Code::DeadlineExceeded,
            "the deadline passed before the file was read",
        ));
    };
    let policy = settings.fetch_policy();
    let patience = Duration::from_millis(remaining);
    let reading = fetch::file(url, settings.file_roots.clone(), &policy, patience);
    let fetched = call.unless_gone(reading).await??;
    Ok(rendered(pointer, fetched))
}

fn rendered(pointer: &Pointer, fetched: Fetched) -> Outcome {
    match fetched {
        Fetched::Data(Value::Object(mut members)) => {
            let message = "Invocation successful. Connection has accessed the data.";
            members.insert("message".to_owned(), json!(message));
            Outcome::Success(Value::Object(members))
        }
        Fetched::Data(other) => Outcome::Success(other),
        Fetched::Unavailable(reason) => interpretation(pointer, &reason),
    }
}

fn interpretation(pointer: &Pointer, reason: &str) -> Outcome {
    let what = match pointer.description.is_empty() {
        true => "The data".to_owned(),
        false => format!("The data of \"{}\"", pointer.description),
    };
    Outcome::Interpretation {
        interpretation: format!("{what} behind pointer {} cannot be had now.", pointer.address),
        details: json!(reason),
        peer_reply: None,
    }
}
