export {
  detailsOfExecution,
  statusOfExecution,
  STEP_VIEW_STATES,
  viewOfExecution,
} from './executions/execution-view.ts';
export {
  cancelExecution,
  execute,
  findOwnExecution,
  listExecutions,
  logOfExecution,
  waitForExecution,
} from './executions/executions.ts';
export { agentsModule, type Agents } from './module.ts';
export { EXECUTION_STATES } from './store/tables.ts';
export {
  join,
  leaveSwarm,
  listSwarms,
  PRIORITIES,
  statusOfSwarm,
  SWARM_MEMBERS_LIST_MAX,
} from './swarms/members.ts';
export { COLLABORATORS_MAX, coordinate, rowOfTask, STRATEGIES, viewOfTask } from './swarms/tasks.ts';
export { STEP_ID, STEP_TYPES, STEPS_MAX } from './workflows/workflow.ts';
export {
  createWorkflow,
  findOwnWorkflow,
  listWorkflows,
  removeWorkflow,
  replaceWorkflow,
  viewOfWorkflow,
} from './workflows/workflows.ts';
