//! The table of actions: what an instance answers, and nothing else.

use super::Action;

/// Every action.
pub const ALL: &[&Action] = &[
    &super::create_offer::ACTION,
    &super::drop_held_credential::ACTION,
    &super::get_audit::ACTION,
    &super::get_capabilities::ACTION,
    &super::hold_credential::ACTION,
    &super::issue_credential::ACTION,
    &super::list_credentials::ACTION,
    &super::list_held_credentials::ACTION,
    &super::list_offers::ACTION,
    &super::record_offer_words::ACTION,
    &super::revoke_credential::ACTION,
    &super::suspend_credential::ACTION,
    &super::verify_audit::ACTION,
    &super::whoami::ACTION,
    &super::withdraw_offer::ACTION,
];
