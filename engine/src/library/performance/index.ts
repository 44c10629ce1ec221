/** The functions of family performance. */
import type { FunctionDeclaration } from '../define.ts';
import { alertPerformanceIssue } from './alert_performance_issue.ts';
import { analyzeSlowEndpoints } from './analyze_slow_endpoints.ts';
import { endPerformanceProfiling } from './end_performance_profiling.ts';
import { getSystemMetrics } from './get_system_metrics.ts';
import { startPerformanceProfiling } from './start_performance_profiling.ts';
import { suggestOptimizations } from './suggest_optimizations.ts';
import { triggerPerformanceAlert } from './trigger_performance_alert.ts';

export const performanceFunctions: readonly FunctionDeclaration[] = [
  startPerformanceProfiling,
  endPerformanceProfiling,
  getSystemMetrics,
  triggerPerformanceAlert,
  alertPerformanceIssue,
  analyzeSlowEndpoints,
  suggestOptimizations,
];
