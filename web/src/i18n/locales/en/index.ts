import common from './common.json'
import shell from './shell.json'
import session from './session.json'
import errors from './errors.json'
import imports from './imports.json'
import classification from './classification.json'
import customers from './customers.json'
import segments from './segments.json'
import features from './features.json'
import rule from './rule.json'
import settings from './settings.json'
import audit from './audit.json'
import tokens from './tokens.json'
import members from './members.json'
import access from './access.json'
import versions from './versions.json'
import today from './today.json'
import work from './work.json'
import jobs from './jobs.json'
import duplicates from './duplicates.json'

export default { common, shell, session, errors, imports, classification, customers, segments, features, rule, settings, access, members, tokens, audit, versions, today, work, jobs, duplicates }
import webhooks from './webhooks.json'
import mail from './mail.json'

export default { common, shell, session, errors, imports, classification, customers, segments, features, rule, settings, access, members, tokens, audit, versions, today, work, jobs, webhooks, mail }
import dashboards from './dashboards.json'

export default { common, shell, session, errors, imports, classification, customers, segments, features, rule, settings, access, members, tokens, audit, versions, today, work, jobs, dashboards }
