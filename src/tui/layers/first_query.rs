//! What is asked first of an instance that nobody has asked anything yet.

use super::form::Form;
use super::form_field::Kind;
use super::form_purpose::Purpose;
use crate::model::Grant;
use serde_json::json;

/// A query that the grant allows: about the pointer that was agreed on, if one was.
pub fn query_within(grant: Option<&Grant>) -> String {
    let address = grant.and_then(|grant| grant.pointers.addresses.first());
    let may = |action: &str| grant.is_none_or(|grant| grant.owner || grant.allows_action(action));
    let query = match address {
        Some(address) if may("get_pointer_summary") => {
            json!({"action": "get_pointer_summary", "pointer_address": address})
        }
        _ if may("get_graph_stats") => json!({"action": "get_graph_stats"}),
        _ if may("list_pointers") => json!({"action": "list_pointers", "limit": 5}),
        _ => json!({"action": "whoami"}),
    };
    query.to_string()
}

impl Form {
    /// Another peer may be asked other things; what somebody wrote stays.
    pub(super) fn rearrange_query(&mut self) {
        let Purpose::Federate(_, queries) = &self.purpose else {
            return;
        };
        let fits = self.field("via").and_then(|via| match via.kind {
            Kind::Choice(_, at) => queries.get(at).cloned(),
            _ => None,
        });
        let is_ours = queries.iter().any(|query| query == self.value("query"));
        if let (Some(fits), true) = (fits, is_ours)
            && let Some(field) = self.fields.iter_mut().find(|field| field.id == "query")
            && field.value() != fits
        {
            field.kind = Kind::Text(fits.into());
        }
    }
}
