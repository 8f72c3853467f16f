/** What can be done, as the log names it: those of `domain::audit`, as a test insists. */
export const actions = [
  'workspace.founded', 'workspace.changed', 'workspace.restored', 'session.begun', 'session.refused', 'session.ended', 'viewing.begun', 'viewing.ended', 'second_factor.on', 'second_factor.off', 'second_factor.reset', 'recovery.renewed', 'sign_in.changed', 'oidc.set', 'oidc.unset', 'oidc.linked', 'password.changed', 'password.reset', 'member.joined', 'member.changed', 'member.removed',
  'invitation.made', 'invitation.revoked', 'token.made', 'token.revoked', 'import.committed', 'import.undone', 'definition.published', 'definition.withdrawn', 'export.taken', 'tag.made',
  'tag.changed', 'tag.removed', 'tag.restored', 'note.written', 'note.changed', 'note.removed', 'note.restored', 'customers.changed', 'customers.unchanged', 'view.shared', 'view.withdrawn',
  'export.downloaded', 'customers.merged', 'erasure.asked', 'customer.erased', 'erasure.lifted', 'customers.unmerged', 'duplicates.decided', 'job.cancelled', 'job.retried', 'dashboard.shared', 'dashboard.withdrawn', 'webhook.made', 'webhook.changed',
  'webhook.removed', 'webhook.turned', 'webhook.paused', 'webhook.resent', 'outbound.confirmed', 'mail.set', 'mail.unset', 'sql.asked', 'sql.shared', 'sql.withdrawn',
  'object.made', 'object.changed', 'object.removed', 'object.restored', 'record.written', 'record.changed', 'record.removed', 'record.restored', 'record.imported', 'record.import_undone',
  'business.added', 'business.offered', 'business.archived', 'business.reopened',
]
