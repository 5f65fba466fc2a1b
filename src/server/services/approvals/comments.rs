//! Comments: to the agent that asked, or among colleagues.

use super::{audit_of, record};
use crate::domain::comment::{Audience, Comment, MAX_COMMENTS, NewComment};
use crate::domain::ids::{ApprovalId, CommentId};
use crate::domain::page::Page;
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, CommentApprovals, Holder, ReadApprovals};
use crate::server::storage::{Conn, Db};
use serde_json::json;
use validator::Validate;

/// All comments that the asking one may read, oldest first; they are few enough for one page.
pub async fn list(by: &Allowed<ReadApprovals>, db: &Db, id: ApprovalId) -> AppResult<Page<Comment>> {
    let mut conn = db.read().await?;
    conn.approval_get(by.workspace(), id).await?.ok_or_else(|| AppError::not_found("approval"))?;
    Ok(Page { items: readable(by, &mut conn, id).await?, next_cursor: None })
}

/// Those of an approval of the asking one's workspace that they may read.
pub async fn readable(
    by: &Allowed<ReadApprovals>,
    conn: &mut Conn,
    id: ApprovalId,
) -> AppResult<Vec<Comment>> {
    let audiences: &[Audience] = match by.principal().holder {
        Holder::Human { .. } => Audience::ALL,
        Holder::Agent { .. } => &[Audience::Everyone],
    };
    Ok(conn.comments(by.workspace(), id, audiences).await?)
}

/// Says something, whatever state the approval is in. An agent speaks about what it asked for, to everyone.
pub async fn add(
    by: &Allowed<CommentApprovals>,
    db: &Db,
    id: ApprovalId,
    input: NewComment,
) -> AppResult<Comment> {
    input.validate()?;
    let mut tx = db.begin().await?;
    let approval =
        tx.approval_get(by.workspace(), id).await?.ok_or_else(|| AppError::not_found("approval"))?;
    if let Holder::Agent { agent_id, .. } = &by.principal().holder {
        if approval.agent_id != Some(*agent_id) {
            return Err(AppError::forbidden("An agent comments only on what it asked for."));
        }
        if input.audience != Audience::Everyone {
            return Err(AppError::invalid("/audience", "an agent's comment is for everyone"));
        }
    }
    let comment = Comment {
        id: CommentId(tx.id()),
        approval_id: id,
        author: by.actor(),
        audience: input.audience,
        text: input.text,
        created_at: tx.now(),
    };
    if !tx.comment_insert(by.workspace(), &comment).await? {
        return Err(AppError::refused(format!("An approval holds at most {MAX_COMMENTS} comments.")));
    }
    let text = format!("Commented on: {}", approval.sentence);
    let mut entry = audit_of(&approval, by.actor(), "approval.commented", text);
    entry.was_automatic = false;
    // Not the words: some who read the audit trail are not their audience.
    entry.result = Some(json!({ "commentId": comment.id, "audience": comment.audience }));
    record(&mut tx, entry);
    tx.commit().await?;
    Ok(comment)
}
