/** Finds operations by group, path, name and summary; Swagger UI itself does by group and path. */
function findOperations(groups, text) {
  const wanted = text.trim().toLowerCase();
  const isWanted = (entry) =>
    [entry.get('path'), entry.getIn(['operation', 'operationId']), entry.getIn(['operation', 'summary'])]
      .join(' ')
      .toLowerCase()
      .includes(wanted);
  return groups
    .map((group, name) =>
      name.toLowerCase().includes(wanted)
        ? group
        : group.set('operations', group.get('operations').filter(isWanted)),
    )
    .filter((group) => group.get('operations').size > 0);
}

/** The groups of what was found are open: a list of closed groups would say nothing. Swagger UI binds the state itself. */
const openFound =
  (isShown, system) =>
  (_, thing, otherwise = false) => {
    const filter = system.layoutSelectors.currentFilter();
    const isFiltered = typeof filter === 'string' && filter.trim() !== '';
    return isShown(thing, otherwise || (isFiltered && thing[0] === 'operations-tag'));
  };

globalThis.SwaggerUIBundle({
  // Relative, because a proxy may serve all of Keyward below a path.
  url: new URL('../../openapi.json', document.currentScript.src).href,
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'none',
  filter: true,
  tryItOutEnabled: true,
  persistAuthorization: false,
  displayOperationId: true,
  plugins: [
    () => ({
      fn: { opsFilter: findOperations },
      statePlugins: { layout: { wrapSelectors: { isShown: openFound } } },
    }),
  ],
});
