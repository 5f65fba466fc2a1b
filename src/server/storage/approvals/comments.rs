//! `approval_comments`: what people and the agent say about an approval.

use crate::domain::approval::ActorRef;
use crate::domain::comment::{Audience, Comment, MAX_COMMENTS};
use crate::domain::ids::{ApprovalId, CommentId, WorkspaceId};
use crate::server::storage::{Conn, CorruptRow, StorageError, Ts, Tx};
use crate::{args, sql};
use std::str::FromStr;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct CommentRow {
    id: Uuid,
    approval_id: Uuid,
    author_kind: String,
    author_id: Uuid,
    author_name: String,
    audience: String,
    body: String,
    created_at: Ts,
}

impl TryFrom<CommentRow> for Comment {
    type Error = CorruptRow;

    fn try_from(row: CommentRow) -> Result<Self, CorruptRow> {
        fn word<T: FromStr<Err: std::fmt::Display>>(
            id: Uuid,
            column: &'static str,
            text: &str,
        ) -> Result<T, CorruptRow> {
            text.parse().map_err(|cause| CorruptRow::new("approval_comments", column, id, cause))
        }
        Ok(Self {
            id: CommentId(row.id),
            approval_id: ApprovalId(row.approval_id),
            author: ActorRef {
                kind: word(row.id, "author_kind", &row.author_kind)?,
                id: row.author_id,
                name: row.author_name,
            },
            audience: word(row.id, "audience", &row.audience)?,
            text: row.body,
            created_at: row.created_at.into(),
        })
    }
}

impl Conn {
    /// Oldest first. There are at most [`MAX_COMMENTS`].
    pub async fn comments(
        &mut self,
        workspace: WorkspaceId,
        approval: ApprovalId,
        audiences: &'static [Audience],
    ) -> Result<Vec<Comment>, StorageError> {
        let rows: Vec<CommentRow> = self
            .fetch_all(
                sql!(
                    "SELECT id, approval_id, author_kind, author_id, author_name, audience, body, created_at ",
                    "FROM approval_comments WHERE workspace_id = $1 AND approval_id = $2 ORDER BY id"
                ),
                args![workspace, approval],
            )
            .await?;
        let comments = rows.into_iter().map(Comment::try_from).collect::<Result<Vec<_>, _>>()?;
        Ok(comments.into_iter().filter(|comment| audiences.contains(&comment.audience)).collect())
    }
}

impl Tx {
    /// `false`: the approval holds as many as it can.
    pub async fn comment_insert(
        &mut self,
        workspace: WorkspaceId,
        comment: &Comment,
    ) -> Result<bool, StorageError> {
        let counted = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET comment_count = comment_count + 1, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND comment_count < $3"
                ),
                args![workspace, comment.approval_id, MAX_COMMENTS],
            )
            .await?;
        if counted == 0 {
            return Ok(false);
        }
        self.execute(
            sql!(
                "INSERT INTO approval_comments (id, workspace_id, approval_id, author_kind, author_id, author_name, ",
                "audience, body, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            ),
            args![
                comment.id,
                workspace,
                comment.approval_id,
                comment.author.kind.as_str(),
                comment.author.id,
                comment.author.name.as_str(),
                comment.audience.as_str(),
                comment.text.as_str(),
                comment.created_at
            ],
        )
        .await?;
        Ok(true)
    }
}
