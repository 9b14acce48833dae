export { type Dashboard, type DashboardOptions, startDashboard } from "./dashboard/dashboard.js";
