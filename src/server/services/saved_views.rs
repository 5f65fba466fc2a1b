//! Saved views of the approvals list: a member's own, and those that a workspace shares.
//!
//! Who made a view may do everything with it. A shared one may also be changed or deleted by who administers the
//! workspace. Somebody's own view is not there for anybody else, and the audit trail does not name it: the trail has
//! other readers.

use super::accounts::person;
use super::change::{entry, note, same_version, taken, won};
use super::ctx::{Allowed, OwnAccount};
use crate::domain::approval_query::canonical_query;
use crate::domain::event::Topic;
use crate::domain::ids::SavedViewId;
use crate::domain::member::Permission;
use crate::domain::page::Page;
use crate::domain::saved_view::{MAX_OWN_VIEWS, MAX_SHARED_VIEWS, NewSavedView, PatchSavedView, SavedView};
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Conn, Db, StorageError, Tx};
use serde_json::json;
use validator::Validate;

/// The member's own views, then the shared ones, each in the order in which they were made; few enough for one page.
pub async fn saved_view_list(allowed: &Allowed<OwnAccount>, db: &Db) -> AppResult<Page<SavedView>> {
    let user = person(allowed)?;
    let items = db.read().await?.saved_views(allowed.workspace(), user).await?;
    Ok(Page { items, next_cursor: None })
}

pub async fn saved_view_create(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    input: NewSavedView,
) -> AppResult<SavedView> {
    input.validate()?;
    let query = canonical_query(&input.query)?;
    let user = person(allowed)?;
    let mut tx = db.begin().await?;
    let view = SavedView {
        id: SavedViewId(tx.id()),
        name: input.name,
        query,
        shared: input.shared,
        mine: true,
        by: allowed.actor().name,
        version: 1,
    };
    make_room(&mut tx, allowed, view.shared).await?;
    tx.saved_view_insert(allowed.workspace(), user, &view).await.map_err(name_taken(&view))?;
    let description = match view.shared {
        true => format!("Saved the shared view {}", view.name),
        false => "Saved a view of their own".to_owned(),
    };
    record(&mut tx, allowed, "view.saved", description, &view);
    tx.commit().await?;
    Ok(view)
}

/// `if_match`: the version that the caller saw.
pub async fn saved_view_patch(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    id: SavedViewId,
    input: PatchSavedView,
    if_match: Option<i64>,
) -> AppResult<SavedView> {
    input.validate()?;
    let query = input.query.as_deref().map(canonical_query).transpose()?;
    let mut tx = db.begin().await?;
    let before = find(&mut tx, allowed, id).await?;
    may_change(allowed, &before)?;
    same_version(if_match, before.version)?;
    let mut view = SavedView {
        name: input.name.unwrap_or_else(|| before.name.clone()),
        query: query.unwrap_or_else(|| before.query.clone()),
        shared: input.shared.unwrap_or(before.shared),
        ..before.clone()
    };
    if view == before {
        return Ok(before);
    }
    if view.shared != before.shared {
        if !before.mine {
            return Err(AppError::forbidden(format!(
                "Only {} can keep this view to themselves. You can delete it.",
                before.by
            )));
        }
        make_room(&mut tx, allowed, view.shared).await?;
    }
    won(tx.saved_view_update(allowed.workspace(), &view).await.map_err(name_taken(&view))?)?;
    view.version += 1;
    let description = match (before.shared, view.shared) {
        (true, true) => format!("Changed the shared view {}", view.name),
        (false, true) => format!("Shared the view {}", view.name),
        (true, false) => format!("Keeps the view {} to themselves", before.name),
        (false, false) => "Changed a view of their own".to_owned(),
    };
    record(&mut tx, allowed, "view.changed", description, &view);
    tx.commit().await?;
    Ok(view)
}

pub async fn saved_view_delete(
    allowed: &Allowed<OwnAccount>,
    db: &Db,
    id: SavedViewId,
    if_match: Option<i64>,
) -> AppResult<()> {
    let mut tx = db.begin().await?;
    let view = find(&mut tx, allowed, id).await?;
    may_change(allowed, &view)?;
    same_version(if_match, view.version)?;
    won(tx.saved_view_delete(allowed.workspace(), id, view.version).await?)?;
    let description = match view.shared {
        true => format!("Deleted the shared view {}", view.name),
        false => "Deleted a view of their own".to_owned(),
    };
    record(&mut tx, allowed, "view.deleted", description, &view);
    tx.commit().await?;
    Ok(())
}

/// Another member's own view is not found.
async fn find(conn: &mut Conn, allowed: &Allowed<OwnAccount>, id: SavedViewId) -> AppResult<SavedView> {
    let user = person(allowed)?;
    conn.saved_view_get(allowed.workspace(), user, id).await?.ok_or_else(|| AppError::not_found("view"))
}

fn may_change(allowed: &Allowed<OwnAccount>, view: &SavedView) -> AppResult<()> {
    if view.mine || allowed.principal().may(Permission::Administer) {
        return Ok(());
    }
    Err(AppError::forbidden(format!(
        "Only {} and who administers the workspace can change this view.",
        view.by
    )))
}

/// Refuses one view more than there can be. Until the commit nobody else adds one.
async fn make_room(tx: &mut Tx, allowed: &Allowed<OwnAccount>, shared: bool) -> AppResult<()> {
    let workspace = allowed.workspace();
    tx.workspace_lock(workspace).await?;
    if shared {
        if tx.saved_view_count_shared(workspace).await? >= MAX_SHARED_VIEWS {
            return Err(AppError::refused(format!(
                "The workspace shares {MAX_SHARED_VIEWS} views, which is as many as it can. Delete one first."
            )));
        }
    } else if tx.saved_view_count_own(workspace, person(allowed)?).await? >= MAX_OWN_VIEWS {
        return Err(AppError::refused(format!(
            "You have {MAX_OWN_VIEWS} views of your own here, which is as many as you can. Delete one first."
        )));
    }
    Ok(())
}

fn name_taken(view: &SavedView) -> impl FnOnce(StorageError) -> AppError + use<> {
    taken(
        "/name",
        match view.shared {
            true => "is the name of another shared view",
            false => "is the name of another view of yours",
        },
    )
}

/// Audit row and event of one change. The view's id tells the rows of one view from those of another.
fn record(
    tx: &mut Tx,
    allowed: &Allowed<OwnAccount>,
    event: &'static str,
    description: String,
    view: &SavedView,
) {
    let mut entry = entry(allowed, event, description);
    entry.result = Some(json!({ "viewId": view.id, "shared": view.shared }));
    note(tx, Topic::View, view.id.0, entry);
}
