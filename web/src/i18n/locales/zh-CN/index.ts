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

export default { common, shell, session, errors, imports, classification, customers, segments, features, rule, settings }
