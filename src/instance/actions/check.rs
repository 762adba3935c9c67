//! What a pointer's fields may hold, and who may give a pointer the powers of a connection.

use super::{Answer, Call, DomainRole, Outcome};
use crate::instance::authorise;
use crate::instance::circuit::Circuit;
use crate::instance::fetch_header::FetchHeader;
use crate::instance::grant_part::GrantPart;
use crate::instance::reference::{self, Reference};
use crate::model::{
    Connection, ConnectionId, DomainPermission, Endpoint, Federated, IMPORTED, NewPointer, PointerAddress,
    Route,
};
use crate::protocol::{Code, Problem, QueryError, strict_json};
use crate::store::ImportId;
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Bytes of a data_reference, or of a federated query.
const LONGEST_REFERENCE: usize = 64 * 1024;
/// Levels of a federated pointer's query: it is shown in pages, and those within replies of relays and circuits, which all
/// together may have no more levels than JSON is read with.
const DEEPEST_QUERY: usize = strict_json::DEEPEST / 2;
/// Bytes of a description.
const LONGEST_DESCRIPTION: usize = 4 * 1024;
/// Bytes of a domain's or connection's name.
const LONGEST_NAME: usize = 100;
/// Tags of one pointer.
const MOST_TAGS: usize = 64;
/// Characters of a tag.
const LONGEST_TAG: usize = 100;

/// The problem that a parameter holds what it must not.
pub fn invalid(name: &'static str, reason: impl Into<String>) -> Problem {
    let reason = reason.into();
    QueryError::Invalid { name, reason }.into()
}

/// A name for people: not empty, not long, no control characters.
pub fn name<'a>(parameter: &'static str, text: &'a str) -> Result<&'a str, Problem> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST_NAME || text.chars().any(char::is_control) {
        return Err(invalid(
            parameter,
            format!("must be 1 to {LONGEST_NAME} bytes without control characters"),
        ));
    }
    Ok(text)
}

/// A description: not too long.
pub fn description(text: &str) -> Result<(), Problem> {
    if text.len() > LONGEST_DESCRIPTION {
        return Err(invalid(
            "description",
            format!("longer than {LONGEST_DESCRIPTION} bytes"),
        ));
    }
    Ok(())
}

/// A data_reference: not empty, not too long.
pub fn data_reference(text: &str) -> Result<(), Problem> {
    if text.trim().is_empty() {
        return Err(invalid("data_reference", "must not be empty"));
    }
    if text.len() > LONGEST_REFERENCE {
        return Err(invalid(
            "data_reference",
            format!("longer than {LONGEST_REFERENCE} bytes; a pointer holds a reference, never the data"),
        ));
    }
    Ok(())
}

/// Tags: not too many, none empty or too long.
pub fn tags(tags: &[String]) -> Result<(), Problem> {
    if tags.len() > MOST_TAGS {
        return Err(invalid("tags", format!("more than {MOST_TAGS}")));
    }
    if tags
        .iter()
        .any(|tag| tag.trim().is_empty() || tag.chars().count() > LONGEST_TAG)
    {
        return Err(invalid(
            "tags",
            format!("each must have 1 to {LONGEST_TAG} characters"),
        ));
    }
    Ok(())
}

/// The import that a call is about.
pub fn import_id(call: &Call<'_>) -> Result<ImportId, Problem> {
    let text = call.query.text("import_id")?;
    ImportId::parse(text).ok_or_else(|| invalid("import_id", "not what begin_import gives"))
}

/// Makes a pointer that may be made, and tells of it.
pub async fn make_pointer(call: &Call<'_>, new: NewPointer, message: &str) -> Answer {
    let new = NewPointer {
        author: call.author(),
        ..new
    };
    Inspector::new(call).inspect(&new).await?;
    let pointer = match call.store().create_pointer(new, call.now()).await {
        Ok(pointer) => pointer,
        Err(error) => return Err(call.storage_problem(error).await),
    };
    Ok(Outcome::Success(json!({"message": message, "pointer": pointer})))
}

/// Checks new pointers of one call; looks at each connection once.
pub struct Inspector<'a> {
    call: &'a Call<'a>,
    usable: HashMap<ConnectionId, Result<Arc<Connection>, Problem>>,
}

impl<'a> Inspector<'a> {
    /// Nothing looked at yet.
    pub fn new(call: &'a Call<'a>) -> Self {
        Self {
            call,
            usable: HashMap::new(),
        }
    }

    /// Whether a pointer may be made: its fields hold what they may, the caller's grant covers it, and
    /// every connection that it would be able to use is one that the caller may give away. Tells what its data_reference is.
    pub async fn inspect(&mut self, new: &NewPointer) -> Result<Reference, Problem> {
        data_reference(&new.data_reference)?;
        description(&new.description)?;
        tags(&new.tags)?;
        self.within_scope(new)?;
        if let Some(address) = &new.credential_pointer_address {
            self.credential(address, &new.data_reference).await?;
        }
        if let Some(connection) = &new.connection_id {
            self.connection(connection).await?;
        }
        self.reference(&new.data_reference, new.federated.as_ref()).await
    }

    /// Whether a data_reference is well formed, and its author may use every connection that it relays through.
    /// Tells what it is.
    pub async fn reference(
        &mut self,
        text: &str,
        federated: Option<&Federated>,
    ) -> Result<Reference, Problem> {
        let reference = Reference::read(text, self.call.table)?;
        if let Reference::Circuit(circuit) = &reference {
            for connection in circuit.relays_through() {
                self.connection(connection).await?;
            }
        }
        let Some(federated) = federated else {
            return Ok(reference);
        };
        self.connection(&federated.connection_id).await?;
        if federated.query.to_string().len() > LONGEST_REFERENCE {
            return Err(invalid(
                "federated",
                format!("its query is longer than {LONGEST_REFERENCE} bytes"),
            ));
        }
        if strict_json::depth(&federated.query) > DEEPEST_QUERY {
            return Err(invalid(
                "federated",
                format!("its query nests deeper than {DEEPEST_QUERY} levels"),
            ));
        }
        fits_route(&reference, federated)?;
        Ok(reference)
    }

    /// Whether a pointer may be made that names no author, as an import makes them: a circuit that does more than tell, and
    /// a header that does not say where it may go, are then for the owner to take over, and for nobody else.
    pub fn of_no_author(&self, new: &NewPointer, reference: &Reference) -> Result<(), Problem> {
        if self.call.grant().owner {
            return Ok(());
        }
        match reference {
            Reference::Circuit(circuit) if circuit.acts(self.call.table) => Err(Problem::new(
                Code::OwnerOnly,
                "a circuit that does more than tell is imported by the instance's owner only; make it with create_circuit",
            )),
            Reference::Sealed(_) if self.is_unbound_header(&new.data_reference) => Err(Problem::new(
                Code::OwnerOnly,
                "a header that does not say where it may go is imported by the instance's owner only; make it with \
                 create_credential_pointer",
            )),
            _ => Ok(()),
        }
    }

    fn is_unbound_header(&self, data_reference: &str) -> bool {
        FetchHeader::open(self.call.instance, data_reference).is_some_and(|header| !header.is_bound())
    }

    /// Under whose name an import makes a pointer. A file says of no row who wrote it: what would act with the rights of
    /// others, or send a header anywhere, is nobody's until the owner takes it over, or had it been the owner's already.
    pub fn author_in_import(
        &self,
        new: &NewPointer,
        reference: &Reference,
        header: Option<&FetchHeader>,
    ) -> Option<String> {
        if !self.call.grant().owner {
            return self.call.author();
        }
        let needs_an_author = match reference {
            Reference::Circuit(circuit) => circuit.acts(self.call.table),
            _ => {
                self.is_unbound_header(&new.data_reference) || header.is_some_and(|header| !header.is_bound())
            }
        };
        needs_an_author.then(|| IMPORTED.to_owned())
    }

    /// The credential pointer that has this data_reference, there or among the rows staged earlier, if its header may go
    /// where `data_reference` leads.
    pub async fn credential_in_import(
        &self,
        id: ImportId,
        credential: &str,
        data_reference: &str,
    ) -> Result<(PointerAddress, FetchHeader), Problem> {
        let whose = &self.call.caller.credential;
        let holder = self
            .call
            .store()
            .holder_in_import(id, whose, credential, self.call.now());
        let Some(address) = holder.await? else {
            return Err(invalid(
                "credential_pointer_reference",
                "no pointer of this instance, and no earlier row of this import that was accepted, has it as its data_reference",
            ));
        };
        // What is staged is of the caller's own making.
        if let Some(pointer) = self.call.store().pointer(&address).await? {
            authorise::pointer(self.call.grant(), &pointer)?;
        }
        let header = self.header_for(credential, data_reference)?;
        Ok((address, header))
    }

    /// Whether a data_reference may be fetched with the header of a credential pointer: then that header.
    pub async fn credential(
        &self,
        address: &PointerAddress,
        data_reference: &str,
    ) -> Result<FetchHeader, Problem> {
        let credential = self.call.pointer_at(address).await?;
        authorise::pointer(self.call.grant(), &credential)?;
        self.header_for(&credential.data_reference, data_reference)
    }

    /// The header that a credential pointer's data_reference holds, if it may go where another one leads. One that does
    /// not say where it may go goes where the instance's owner says.
    fn header_for(&self, credential: &str, data_reference: &str) -> Result<FetchHeader, Problem> {
        let Some(header) = FetchHeader::open(self.call.instance, credential) else {
            return Err(invalid(
                "credential_pointer_address",
                "holds no header that this instance can open: a header is sealed with the key of the instance that it was \
                 made on; make one here (create_credential_pointer)",
            ));
        };
        if !header.is_bound() && !self.call.grant().owner {
            return Err(Problem::new(
                Code::OwnerOnly,
                "the credential pointer's header does not say where it may go; only the instance's owner may use it \
                 (create_credential_pointer makes one that does)",
            ));
        }
        match Reference::read(data_reference, self.call.table)? {
            Reference::Web(url) => header.check_goes_to(&url).map(|()| header),
            _ => Err(invalid(
                "credential_pointer_address",
                "only data at a web address is fetched with a header",
            )),
        }
    }

    /// A caller that sees only some pointers makes only pointers that it will see.
    fn within_scope(&self, new: &NewPointer) -> Result<(), Problem> {
        let scope = &self.call.grant().pointers;
        if self.call.grant().owner || scope.covers_new(&new.tags, new.connection_id.as_ref()) {
            return Ok(());
        }
        Err(GrantPart::Pointer.refuses(
            "this credential's grant covers some pointers only, and the new one would not be among them; \
             give it one of the tags or connections of the grant",
        ))
    }

    async fn connection(&mut self, id: &ConnectionId) -> Result<Arc<Connection>, Problem> {
        if let Some(known) = self.usable.get(id) {
            return known.clone();
        }
        let found = self.look_at(id).await;
        self.usable.insert(id.clone(), found.clone());
        found
    }

    async fn look_at(&self, id: &ConnectionId) -> Result<Arc<Connection>, Problem> {
        let connection = self.call.connection_at(id).await?;
        self.call.require_use(&connection, DomainRole::Writer).await?;
        Ok(connection)
    }
}

/// Whether a data_reference is what its route stores (DESIGN section 3.5).
fn fits_route(reference: &Reference, federated: &Federated) -> Result<(), Problem> {
    let fits = match (federated.route, reference) {
        (Route::Endpoint, Reference::Invoke(endpoint)) => *endpoint == federated.endpoint,
        (Route::Endpoint, Reference::Web(url)) => {
            Endpoint::parse(url.as_str()).is_ok_and(|endpoint| endpoint == federated.endpoint)
        }
        (
            Route::Circuit,
            Reference::Sealed(reference::Sealed {
                endpoint, profile, ..
            }),
        ) => {
            endpoint
                .as_ref()
                .is_none_or(|endpoint| *endpoint == federated.endpoint)
                && *profile == federated.profile
        }
        (Route::Relay, Reference::Circuit(circuit)) => is_relay_through(circuit, &federated.connection_id),
        _ => false,
    };
    if fits {
        return Ok(());
    }
    Err(invalid(
        "federated",
        format!(
            "its data_reference is not what route {} stores: the peer's URL (endpoint), a sealed query for it (circuit), \
             or one relay step through the same connection (relay)",
            federated.route
        ),
    ))
}

fn is_relay_through(circuit: &Circuit, connection: &ConnectionId) -> bool {
    circuit.is_one_relay() && circuit.relays_through().all(|through| through == connection)
}

/// The permissions that a query asks for, as a list or as one text with commas; `usual` where it asks for none.
pub fn permissions(
    call: &Call<'_>,
    known: &[DomainPermission],
    usual: DomainPermission,
) -> Result<BTreeSet<DomainPermission>, Problem> {
    let asked: Vec<String> = match call.query.get("permissions") {
        None => return Ok([usual].into()),
        Some(Value::String(text)) => text
            .split(',')
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect(),
        Some(_) => call.query.optional_texts("permissions")?.unwrap_or_default(),
    };
    let words: Vec<&str> = known.iter().map(|permission| permission.as_str()).collect();
    let words = words.join(", ");
    if asked.is_empty() {
        return Err(invalid("permissions", format!("name at least one of {words}")));
    }
    asked
        .iter()
        .map(|word| {
            DomainPermission::parse(word)
                .filter(|permission| known.contains(permission))
                .ok_or_else(|| {
                    let word: String = word.chars().take(64).collect();
                    invalid("permissions", format!("{word:?} is not one of {words}"))
                })
        })
        .collect()
}
