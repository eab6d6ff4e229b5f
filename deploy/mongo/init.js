// Replica set and users, through the server's own loopback. Run again at will: users get the passwords and roles below.
const fs = require('fs');

const prefix = process.env.GONGKAI_PREFIX;
const services = ['publishing', 'requests', 'messages', 'assessment'];
const shared = ['vault', 'files', 'audit', 'numbers'];
const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const password = (name) => decodeURIComponent(/^mongodb:\/\/[^:]+:([^@]+)@/.exec(secret(`mongo-${name}`))[1]);
const on = (role, places) => places.map((place) => ({ role, db: `${prefix}_${place}` }));

function patiently(what, step) {
  for (let left = 240; ; left--) {
    let problem = 'not yet';
    try {
      const found = step();
      if (found) return found;
    } catch (error) {
      problem = error.message;
    }
    if (left === 0) {
      print(`${what}: ${problem}`);
      quit(1);
    }
    sleep(500);
  }
}

const admin = patiently('mongod', () =>
  new Mongo('mongodb://127.0.0.1:27017/?directConnection=true&serverSelectionTimeoutMS=2000').getDB('admin'));
if (!admin.hello().setName) {
  // Somebody else may have done it in between: what counts is the primary below.
  try {
    admin.runCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: 'mongo:27017' }] } });
  } catch (error) {
    print(`replSetInitiate: ${error.message}`);
  }
}
patiently('primary', () => admin.hello().isWritablePrimary);
try {
  admin.createUser({ user: 'root', pwd: secret('mongo-root'), roles: ['root'] });
} catch (error) {
  // With a first user there, the loopback needs a password like everybody.
  if (![13, 51003].includes(error.code)) throw error;
}
try {
  admin.auth('root', secret('mongo-root'));
} catch (error) {
  print('secrets/mongo-root 与数据卷 mongo-data 建立时的密码不符 / is not the password that the volume mongo-data was made with');
  print(`auth: ${error.message}`);
  quit(1);
}

const users = { setup: on('readWrite', [...services, ...shared]) };
for (const service of services) {
  const others = services.filter((other) => other !== service);
  users[service] = [...on('readWrite', [service, ...shared]), ...on('read', others)];
}
const mine = new Set([...services, ...shared].map((place) => `${prefix}_${place}`));
for (const [user, roles] of Object.entries(users)) {
  const known = admin.getUser(user);
  // Another county, or a drill, beside this one on the same server keeps its rights.
  const others = ((known && known.roles) || []).filter(({ db }) => !mine.has(db)).map(({ role, db }) => ({ role, db }));
  const given = { pwd: password(user), roles: [...roles, ...others] };
  if (known) admin.updateUser(user, given);
  else admin.createUser({ user, ...given });
}
print('replica set and users are there');
quit(0);
