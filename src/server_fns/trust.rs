//! Learned trust: what is suggested and granted.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::TrustGrantId;
use crate::domain::page::Page;
use crate::domain::trust::{DeclineTrust, RevokeTrust, TrustDetail, TrustFilter, TrustGrant};
use leptos::prelude::*;

/// What is suggested and what is granted, newest first; more by `filter.status`.
#[server(name = TrustList, prefix = "/api/fn", endpoint = "trust/list", protocol = JsonOrForm)]
pub async fn trust_list(#[server(default)] filter: TrustFilter) -> Result<Page<TrustGrant>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadTeams, trust};
    let (state, by) = door::allowed::<ReadTeams>().await?;
    door::answer(trust::list(&by, &state.db, &filter)).await
}

/// One, with its evidence and its simulation.
#[server(name = TrustGet, prefix = "/api/fn", endpoint = "trust/get", protocol = JsonOrForm)]
pub async fn trust_get(id: TrustGrantId) -> Result<TrustDetail, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadTeams, trust};
    let (state, by) = door::allowed::<ReadTeams>().await?;
    door::answer(trust::get(&by, &state.db, id)).await
}

/// Lets actions of a type run by themselves on a team. `version`: the one that the caller saw; another one is refused.
#[server(name = TrustAccept, prefix = "/api/fn", endpoint = "trust/accept", protocol = JsonOrForm)]
pub async fn trust_accept(id: TrustGrantId, version: Option<i64>) -> Result<TrustGrant, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, trust};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let grant = trust::accept(&by, &state.db, id, version).await?;
        reply::go_to(&format!("/trust/{id}?done=accepted"));
        Ok(grant)
    })
    .await
}

/// Says no to a suggestion.
#[server(name = TrustDecline, prefix = "/api/fn", endpoint = "trust/decline", protocol = JsonOrForm)]
pub async fn trust_decline(
    id: TrustGrantId,
    version: Option<i64>,
    #[server(default)] input: DeclineTrust,
) -> Result<TrustGrant, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, trust};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let grant = trust::decline(&by, &state.db, id, input, version).await?;
        reply::go_to(&format!("/trust/{id}?done=declined"));
        Ok(grant)
    })
    .await
}

/// Ends a grant.
#[server(name = TrustRevoke, prefix = "/api/fn", endpoint = "trust/revoke", protocol = JsonOrForm)]
pub async fn trust_revoke(
    id: TrustGrantId,
    version: Option<i64>,
    #[server(default)] input: RevokeTrust,
) -> Result<TrustGrant, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, trust};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        let grant = trust::revoke(&by, &state.db, id, input, version).await?;
        reply::go_to(&format!("/trust/{id}?done=revoked"));
        Ok(grant)
    })
    .await
}
