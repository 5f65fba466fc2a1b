//! Saved views of the approvals list.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::SavedViewId;
use crate::domain::page::Page;
use crate::domain::saved_view::{NewSavedView, PatchSavedView, SavedView};
use leptos::prelude::*;

/// The list that a view's query names.
pub fn place(query: &str) -> String {
    if query.is_empty() { "/approvals".to_owned() } else { format!("/approvals?{query}") }
}

/// One's own views, then the shared ones, each in the order in which they were made.
#[server(name = SavedViewList, prefix = "/api/fn", endpoint = "views/list", protocol = JsonOrForm)]
pub async fn saved_view_list() -> Result<Page<SavedView>, AppError> {
    use super::door;
    use crate::server::services::{ctx::OwnAccount, saved_views};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(saved_views::saved_view_list(&by, &state.db)).await
}

/// Saves a view. A plain form goes on to its list.
#[server(name = SavedViewCreate, prefix = "/api/fn", endpoint = "views/create", protocol = JsonOrForm)]
pub async fn saved_view_create(input: NewSavedView) -> Result<SavedView, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::OwnAccount, saved_views};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let view = saved_views::saved_view_create(&by, &state.db, input).await?;
        reply::go_to(&place(&view.query));
        Ok(view)
    })
    .await
}

/// Changes a view: one's own, or as an admin a shared one. `version`: the one that the caller saw; another one is
/// refused.
#[server(name = SavedViewPatch, prefix = "/api/fn", endpoint = "views/patch", protocol = JsonOrForm)]
pub async fn saved_view_patch(
    id: SavedViewId,
    version: Option<i64>,
    input: PatchSavedView,
) -> Result<SavedView, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::OwnAccount, saved_views};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        let view = saved_views::saved_view_patch(&by, &state.db, id, input, version).await?;
        reply::go_to(&place(&view.query));
        Ok(view)
    })
    .await
}

#[server(name = SavedViewDelete, prefix = "/api/fn", endpoint = "views/delete", protocol = JsonOrForm)]
pub async fn saved_view_delete(id: SavedViewId, version: Option<i64>) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::OwnAccount, saved_views};
    let (state, by) = door::allowed::<OwnAccount>().await?;
    door::answer(async {
        saved_views::saved_view_delete(&by, &state.db, id, version).await?;
        reply::go_to(&place(""));
        Ok(())
    })
    .await
}
