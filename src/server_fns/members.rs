//! The people of a workspace.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::UserId;
use crate::domain::member::{Member, NewMember, PatchMember};
use crate::domain::page::{Page, PageQuery};
use leptos::prelude::*;

/// The members, by address.
#[server(name = MemberList, prefix = "/api/fn", endpoint = "members/list", protocol = JsonOrForm)]
pub async fn member_list(#[server(default)] query: PageQuery) -> Result<Page<Member>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadSettings, members};
    let (state, by) = door::allowed::<ReadSettings>().await?;
    door::answer(members::member_list(&by, &state.db, &query)).await
}

/// Adds somebody who has no account yet.
#[server(name = MemberCreate, prefix = "/api/fn", endpoint = "members/create", protocol = JsonOrForm)]
pub async fn member_create(input: NewMember) -> Result<Member, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, members};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let member = members::member_create(&by, &state.db, input).await?;
        reply::go_to("/settings/members?done=added");
        Ok(member)
    })
    .await
}

/// Changes a role, shuts somebody out or lets them in again.
#[server(name = MemberPatch, prefix = "/api/fn", endpoint = "members/patch", protocol = JsonOrForm)]
pub async fn member_patch(id: UserId, input: PatchMember) -> Result<Member, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::Administer, members};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let member = members::member_patch(&by, &state.db, id, input).await?;
        reply::go_to("/settings/members?done=saved");
        Ok(member)
    })
    .await
}
